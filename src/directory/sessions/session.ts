import type { Micros } from "../values/clock.ts";
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

/** Strong: differs between any two states of any sessions with one id. */
export function sessionEtag({ createTime, version }: Session): string {
  return `${createTime.toString(36)}-${version}`;
}
