import type { Selectable } from "kysely";
import type { AuditEntry } from "../../directory/audit/entry.ts";
import { rowInserts } from "../query/row-inserts.ts";
import { storedJson } from "../query/stored-json.ts";
import type { AuditEntriesTable } from "../schema.ts";

export type AuditRow = Selectable<AuditEntriesTable>;

export const AUDIT_COLUMNS = [
  "account_id",
  "sequence",
  "time",
  "method",
  "caller_account_id",
  "caller_user_id",
  "api_key_id",
  "token_issuer",
  "token_subject",
  "address",
  "request_id",
  "outcome",
  "action",
  "resource",
  "resource_id",
  "user_id",
  "changed_fields",
  "count",
  "refusal",
] as const satisfies ReadonlyArray<keyof AuditRow>;

export const insertAuditRows = rowInserts<AuditRow>(AUDIT_COLUMNS, (db, rows) =>
  db.insertInto("audit_entries").values(rows),
);

export function toAuditEntry(row: AuditRow): AuditEntry {
  return {
    accountId: row.account_id,
    sequence: row.sequence,
    time: row.time,
    method: row.method,
    callerAccountId: row.caller_account_id,
    callerUserId: row.caller_user_id,
    apiKeyId: row.api_key_id,
    tokenIssuer: row.token_issuer,
    tokenSubject: row.token_subject,
    address: row.address,
    requestId: row.request_id,
    outcome: row.outcome,
    action: row.action,
    resource: row.resource,
    resourceId: row.resource_id,
    userId: row.user_id,
    changedFields: storedJson<string[]>(row.changed_fields),
    count: row.count,
    refusal: row.refusal,
  };
}
