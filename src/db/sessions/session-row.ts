import type { Selectable } from "kysely";
import type { Session } from "../../directory/sessions/session.ts";
import { canonicalJson, type JsonObject } from "../../directory/values/json.ts";
import { storedJson } from "../query/stored-json.ts";
import type { SessionsTable } from "../schema.ts";

export const SESSION_COLUMNS = [
  "account_id",
  "id",
  "user_id",
  "external_id",
  "metadata",
  "create_time",
  "update_time",
  "end_time",
  "version",
] as const satisfies ReadonlyArray<keyof SessionsTable>;

export function toSession(row: Selectable<SessionsTable>): Session {
  return {
    accountId: row.account_id,
    id: row.id,
    userId: row.user_id,
    externalId: row.external_id,
    metadata: storedJson<JsonObject>(row.metadata),
    createTime: row.create_time,
    updateTime: row.update_time,
    endTime: row.end_time,
    version: row.version,
  };
}

export function toSessionRow(session: Session): Selectable<SessionsTable> {
  return {
    account_id: session.accountId,
    id: session.id,
    user_id: session.userId,
    external_id: session.externalId,
    metadata: canonicalJson(session.metadata),
    create_time: session.createTime,
    update_time: session.updateTime,
    end_time: session.endTime,
    version: session.version,
  };
}
