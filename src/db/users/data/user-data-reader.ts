import { type RawBuilder, type SelectQueryBuilder, type Simplify, type SqlBool, sql } from "kysely";
import type { AuditEntry } from "../../../directory/audit/entry.ts";
import type { ApiKey } from "../../../directory/keys/api-key.ts";
import type { Session } from "../../../directory/sessions/session.ts";
import type { IssuedNonce, RememberedAnswer, UserDataReader } from "../../../directory/store/user-data.ts";
import type { UserChange } from "../../../directory/users/change.ts";
import { AUDIT_COLUMNS, toAuditEntry } from "../../audit/audit-row.ts";
import { API_KEY_COLUMNS, toApiKey } from "../../keys/api-key-row.ts";
import type { Queryable } from "../../query/queryable.ts";
import { SESSION_COLUMNS, toSession } from "../../sessions/session-row.ts";
import { CHANGE_COLUMNS, toChange } from "../change-row.ts";
import { entriesElsewhere, USER_DATA, type UsersInData } from "./user-data.ts";

export class KyselyUserDataReader implements UserDataReader {
  readonly #db: Queryable;
  readonly #accountId: string;

  constructor(db: Queryable, accountId: string) {
    this.#db = db;
    this.#accountId = accountId;
  }

  async *sessions(userId: string): AsyncGenerator<Session> {
    const rows = this.#db.selectFrom("sessions").select(SESSION_COLUMNS);
    const ofUser = rows.where(USER_DATA.sessions.where(this.#named(userId))).orderBy("create_time").orderBy("id");
    for await (const row of inPages(ofUser, ({ create_time, id }) => sql<SqlBool>`(create_time, id) > (${create_time}, ${id})`)) {
      yield toSession(row);
    }
  }

  async *apiKeys(userId: string): AsyncGenerator<ApiKey> {
    const rows = this.#db.selectFrom("api_keys").select(API_KEY_COLUMNS);
    const ofUser = rows.where(USER_DATA.api_keys.where(this.#named(userId))).orderBy("id");
    for await (const row of inPages(ofUser, ({ id }) => sql<SqlBool>`id > ${id}`)) yield toApiKey(row);
  }

  async *nonces(userId: string): AsyncGenerator<IssuedNonce> {
    const rows = this.#db.selectFrom("nonces").select(["key_id", "digest", "expire_time", "use_time"]);
    const ofUser = rows.where(USER_DATA.nonces.where(this.#named(userId))).orderBy("key_id").orderBy("digest");
    for await (const row of inPages(ofUser, ({ key_id, digest }) => sql<SqlBool>`(key_id, digest) > (${key_id}, ${digest})`)) {
      yield { keyId: row.key_id, expireTime: row.expire_time, useTime: row.use_time };
    }
  }

  async *answers(userId: string): AsyncGenerator<RememberedAnswer> {
    const rows = this.#db.selectFrom("answers").select(["method", "request_id", "create_time", "response"]);
    const ofUser = rows.where(USER_DATA.answers.where(this.#named(userId))).orderBy("method").orderBy("request_id");
    const after = (row: { method: string; request_id: string }) =>
      sql<SqlBool>`(method, request_id) > (${row.method}, ${row.request_id})`;
    for await (const { method, request_id, create_time, response } of inPages(ofUser, after)) {
      if (response !== null) yield { method, requestId: request_id, createTime: create_time, response };
    }
  }

  async *entriesElsewhere(userId: string): AsyncGenerator<AuditEntry> {
    const rows = this.#db.selectFrom("audit_entries").select(AUDIT_COLUMNS);
    const ofUser = rows.where(entriesElsewhere(this.#named(userId))).orderBy("account_id").orderBy("sequence");
    const after = (row: { account_id: string; sequence: number }) =>
      sql<SqlBool>`(account_id, sequence) > (${row.account_id}, ${row.sequence})`;
    for await (const row of inPages(ofUser, after)) yield toAuditEntry(row);
  }

  async changes(userId: string, after: number, upTo: number, limit: number): Promise<UserChange[]> {
    const rows = await this.#db
      .selectFrom("changes")
      .select([...CHANGE_COLUMNS, "image_before"])
      .where(USER_DATA.changes.where(this.#named(userId)))
      .where("version", ">", after)
      .where("revision", "<=", upTo)
      .orderBy("version")
      .limit(limit)
      .execute();
    return rows.map(toChange);
  }

  async auditEntries(userId: string, after: number, upTo: number, limit: number): Promise<AuditEntry[]> {
    const rows = await this.#db
      .selectFrom("audit_entries")
      .select(AUDIT_COLUMNS)
      .where(USER_DATA.audit_entries.where(this.#named(userId)))
      .where("sequence", ">", after)
      .where("sequence", "<=", upTo)
      .orderBy("sequence")
      .limit(limit)
      .execute();
    return rows.map(toAuditEntry);
  }

  /** For tables that know the user by its id. */
  #named(userId: string): UsersInData {
    return { accountId: this.#accountId, userIds: [userId], namedKeyIds: [] };
  }
}

/** Rows read at a time: answers may have a megabyte each. */
const PAGE = 50;

/** The rows of an ordered select, page by page. `after` tells which come after a row. */
async function* inPages<DB, TB extends keyof DB, O>(
  rows: SelectQueryBuilder<DB, TB, O>,
  after: (row: Simplify<O>) => RawBuilder<SqlBool>,
): AsyncGenerator<Simplify<O>> {
  for (let rest = rows; ; ) {
    const page = await rest.limit(PAGE).execute();
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    rest = rows.where(after(last));
  }
}
