import type { AuditEntry } from "../../../directory/audit/entry.ts";
import type { UserData, UserDataReader } from "../../../directory/store/user-data.ts";
import type { UserChange } from "../../../directory/users/change.ts";
import { AUDIT_COLUMNS, toAuditEntry } from "../../audit/audit-row.ts";
import { API_KEY_COLUMNS, toApiKey } from "../../keys/api-key-row.ts";
import type { Queryable } from "../../query/queryable.ts";
import { SESSION_COLUMNS, toSession } from "../../sessions/session-row.ts";
import { CHANGE_COLUMNS, toChange } from "../change-row.ts";
import { entriesElsewhere, findUsersInData, USER_DATA, type UsersInData } from "./user-data.ts";
import { toUser, USER_COLUMNS } from "../user-row.ts";

export class KyselyUserDataReader implements UserDataReader {
  readonly #db: Queryable;
  readonly #accountId: string;

  constructor(db: Queryable, accountId: string) {
    this.#db = db;
    this.#accountId = accountId;
  }

  async find(userId: string): Promise<UserData | undefined> {
    const db = this.#db;
    const user = await findUsersInData(db, this.#accountId, [userId]);
    const row = await db.selectFrom("users").select(USER_COLUMNS).where(USER_DATA.users.where(user)).executeTakeFirst();
    return (
      row && {
        user: toUser(row),
        sessions: await this.#sessions(user),
        apiKeys: await this.#apiKeys(user),
        nonces: await this.#nonces(user),
        answers: await this.#answers(user),
        entriesElsewhere: await this.#entriesElsewhere(user),
      }
    );
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

  async #sessions(user: UsersInData) {
    const rows = this.#db.selectFrom("sessions").select(SESSION_COLUMNS).where(USER_DATA.sessions.where(user));
    return (await rows.orderBy("create_time").orderBy("id").execute()).map(toSession);
  }

  async #apiKeys(user: UsersInData) {
    const rows = this.#db.selectFrom("api_keys").select(API_KEY_COLUMNS).where(USER_DATA.api_keys.where(user));
    return (await rows.orderBy("id").execute()).map(toApiKey);
  }

  async #nonces(user: UsersInData) {
    const columns = ["key_id", "expire_time", "use_time"] as const;
    const rows = this.#db.selectFrom("nonces").select(columns).where(USER_DATA.nonces.where(user));
    return (await rows.orderBy("key_id").orderBy("digest").execute()).map((row) => ({
      keyId: row.key_id,
      expireTime: row.expire_time,
      useTime: row.use_time,
    }));
  }

  async #answers(user: UsersInData) {
    const columns = ["method", "request_id", "create_time", "response"] as const;
    const rows = this.#db.selectFrom("answers").select(columns).where(USER_DATA.answers.where(user));
    return (await rows.orderBy("method").orderBy("request_id").execute()).flatMap((row) =>
      row.response === null
        ? []
        : [{ method: row.method, requestId: row.request_id, createTime: row.create_time, response: row.response }],
    );
  }

  async #entriesElsewhere(user: UsersInData) {
    const rows = this.#db.selectFrom("audit_entries").select(AUDIT_COLUMNS).where(entriesElsewhere(user));
    return (await rows.orderBy("account_id").orderBy("sequence").execute()).map(toAuditEntry);
  }

  /** For tables that know the user by its id. */
  #named(userId: string): UsersInData {
    return { accountId: this.#accountId, userIds: [userId], namedKeyIds: [] };
  }
}
