import type { Origin } from "../../directory/store/store.ts";
import type { ChangeType } from "../../directory/users/change.ts";
import type { ChangeStamp } from "../commit/revision.ts";
import { toImage } from "../query/rows.ts";
import type { UserRow } from "../schema.ts";
import type { ChangeRow } from "./user-statements.ts";

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
