import type { Micros } from "../values/clock.ts";
import { differences } from "../values/differences.ts";
import type { JsonObject } from "../values/json.ts";

/** A stretch of time in which a user takes part. */
export interface Session {
  readonly accountId: string;
  readonly id: string;
  readonly userId: string;
  readonly externalId: string | null;
  readonly metadata: JsonObject;
  readonly createTime: Micros;
  readonly updateTime: Micros;
  /** Null while it is open. */
  readonly endTime: Micros | null;
  /** 1 at create, +1 with each change. */
  readonly version: number;
}

/** The fields, by their names in the schema, that callers decide about and that differ. */
export function changedSessionFields(before: Session, after: Session): string[] {
  return differences(before, after, { externalId: "external_id", metadata: "metadata", endTime: "end_time" });
}

/** Strong: differs between any two states of any sessions with one id. */
export function sessionEtag({ createTime, version }: Session): string {
  return `${createTime.toString(36)}-${version}`;
}
