import type { Origin } from "../../directory/store/store.ts";
import type { ChangeType, UserChange } from "../../directory/users/change.ts";
import type { ChangeStamp } from "../commit/revision.ts";
import { storedJson } from "../query/stored-json.ts";
import type { ChangesTable, UserRow } from "../schema.ts";
import { fromImage, toImage } from "./user-row.ts";
import type { ChangeRow } from "./user-statements.ts";

/** What is read of a change; what the user was before only if somebody wants to know. */
export const CHANGE_COLUMNS = [
  "type",
  "user_id",
  "version",
  "revision",
  "commit_time",
  "image_after",
  "changed_fields",
  "api_key_id",
  "request_id",
] as const satisfies ReadonlyArray<keyof ChangesTable>;

type ReadChange = Pick<ChangeRow, (typeof CHANGE_COLUMNS)[number]> & Partial<Pick<ChangeRow, "image_before">>;

export function toChange({ image_before: before = null, ...row }: ReadChange): UserChange {
  return {
    type: row.type,
    userId: row.user_id,
    version: row.version,
    revision: row.revision,
    commitTime: row.commit_time,
    user: row.image_after === null ? null : fromImage(row.image_after),
    before: before === null ? null : fromImage(before),
    changedFields: storedJson<string[]>(row.changed_fields),
    apiKeyId: row.api_key_id,
    requestId: row.request_id,
  };
}

interface Change {
  readonly type: ChangeType;
  readonly user: Pick<UserRow, "id" | "version">;
  readonly fields?: readonly string[];
  readonly before?: UserRow;
  readonly after?: UserRow;
}

/** What the history records of a change. */
export function toChangeRow(
  origin: Origin,
  stamp: ChangeStamp,
  { type, user, fields = [], before, after }: Change,
): ChangeRow {
  return {
    account_id: origin.accountId,
    revision: stamp.revision,
    ordinal: stamp.ordinal,
    user_id: user.id,
    version: user.version,
    type,
    commit_time: stamp.time,
    changed_fields: JSON.stringify(fields),
    image_before: before === undefined ? null : toImage(before),
    image_after: after === undefined ? null : toImage(after),
    api_key_id: origin.apiKeyId,
    request_id: origin.requestId,
  };
}
