import type { Selectable } from "kysely";
import type { Account } from "../../directory/accounts/account.ts";
import type { JsonObject } from "../../directory/values/json.ts";
import { storedJson } from "../query/stored-json.ts";
import type { AccountsTable } from "../schema.ts";

export const ACCOUNT_COLUMNS = [
  "account_id",
  "name",
  "slug",
  "status",
  "metadata",
  "create_time",
  "update_time",
  "version",
  "self_writable",
  "metadata_schema",
  "revision",
  "history_floor",
  "audit_sequence",
] as const satisfies ReadonlyArray<keyof AccountsTable>;

export function toAccount(row: Pick<Selectable<AccountsTable>, (typeof ACCOUNT_COLUMNS)[number]>): Account {
  return {
    id: row.account_id,
    name: row.name,
    slug: row.slug,
    status: row.status,
    metadata: storedJson<JsonObject>(row.metadata),
    createTime: row.create_time,
    updateTime: row.update_time,
    version: row.version,
    selfWritable: storedJson<string[]>(row.self_writable),
    metadataSchema: row.metadata_schema,
    revision: row.revision,
    historyFloor: row.history_floor,
    auditSequence: row.audit_sequence,
  };
}
