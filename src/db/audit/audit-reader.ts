import type { AuditEntry } from "../../directory/audit/entry.ts";
import type { AuditFilter, AuditFilterField } from "../../directory/lists/filter.ts";
import type { AuditListQuery, AuditReader } from "../../directory/store/audit.ts";
import type { JsonDialect } from "../engine.ts";
import { type FilterColumns, whereFilter } from "../query/filter.ts";
import { countRowsUpTo, readPage } from "../query/pages.ts";
import type { Queryable } from "../query/queryable.ts";
import { AUDIT_COLUMNS, toAuditEntry } from "./audit-row.ts";

export class KyselyAuditReader implements AuditReader {
  readonly #db: Queryable;
  readonly #accountId: string;
  readonly #json: JsonDialect;

  constructor(db: Queryable, accountId: string, json: JsonDialect) {
    this.#db = db;
    this.#accountId = accountId;
    this.#json = json;
  }

  async list(query: AuditListQuery): Promise<AuditEntry[]> {
    const order = [{ column: "audit_entries.sequence", descending: query.descending }];
    return (await readPage(this.#rows(query.filter), order, query)).map(toAuditEntry);
  }

  count(filter: AuditFilter | undefined, upTo?: number): Promise<number> {
    return countRowsUpTo(this.#db, this.#rows(filter), upTo);
  }

  #rows(filter: AuditFilter | undefined) {
    const rows = this.#db.selectFrom("audit_entries").select(AUDIT_COLUMNS).where("account_id", "=", this.#accountId);
    return filter === undefined ? rows : rows.where(whereFilter(filter, FILTER_COLUMNS, this.#json));
  }
}

const FILTER_COLUMNS: FilterColumns<AuditFilterField> = {
  fields: {
    sequence: { column: "audit_entries.sequence", number: true },
    time: { column: "audit_entries.time" },
    method: { column: "audit_entries.method" },
    caller_account_id: { column: "audit_entries.caller_account_id" },
    caller_user_id: { column: "audit_entries.caller_user_id" },
    api_key_id: { column: "audit_entries.api_key_id" },
    token_issuer: { column: "audit_entries.token_issuer" },
    token_subject: { column: "audit_entries.token_subject" },
    address: { column: "audit_entries.address" },
    request_id: { column: "audit_entries.request_id" },
    outcome: { column: "audit_entries.outcome" },
    action: { column: "audit_entries.action" },
    resource: { column: "audit_entries.resource" },
    resource_id: { column: "audit_entries.resource_id" },
    user_id: { column: "audit_entries.user_id" },
    changed_fields: { column: "audit_entries.changed_fields" },
    count: { column: "audit_entries.count", number: true },
  },
};
