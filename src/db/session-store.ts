import type { Kysely } from "kysely";
import type { Session } from "../directory/session.ts";
import type { PageQuery, SessionWriter } from "../directory/store.ts";
import { columnsOf, SESSION_COLUMNS } from "./columns.ts";
import { countRows, type OrderColumn, readPage } from "./keyset.ts";
import { toSession, toSessionRow } from "./rows.ts";
import type { Schema } from "./schema.ts";

export class KyselySessions implements SessionWriter {
  readonly #db: Kysely<Schema>;
  readonly #accountId: string;

  constructor(db: Kysely<Schema>, accountId: string) {
    this.#db = db;
    this.#accountId = accountId;
  }

  async find(id: string): Promise<Session | undefined> {
    const row = await ofLiveUsers(this.#db, this.#accountId).where("sessions.id", "=", id).executeTakeFirst();
    return row && toSession(row);
  }

  async findOpen(userId: string, externalId: string): Promise<Session | undefined> {
    const row = await ofLiveUsers(this.#db, this.#accountId)
      .where("sessions.user_id", "=", userId)
      .where("sessions.external_id", "=", externalId)
      .where("sessions.end_time", "is", null)
      .executeTakeFirst();
    return row && toSession(row);
  }

  list(query: PageQuery, userId?: string): Promise<Session[]> {
    return listSessions(this.#db, query, this.#accountId, userId);
  }

  count(userId?: string): Promise<number> {
    return countSessions(this.#db, this.#accountId, userId);
  }

  async exists(id: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom("sessions")
      .select("id")
      .where("account_id", "=", this.#accountId)
      .where("id", "=", id)
      .executeTakeFirst();
    return row !== undefined;
  }

  async insert(session: Session): Promise<Session> {
    await this.#db.insertInto("sessions").values(toSessionRow(session)).execute();
    return session;
  }

  async update(session: Session): Promise<Session> {
    const { account_id, id, ...values } = toSessionRow(session);
    await this.#db.updateTable("sessions").set(values).where("account_id", "=", account_id).where("id", "=", id).execute();
    return session;
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom("sessions").where("account_id", "=", this.#accountId).where("id", "=", id).execute();
  }

  async endOpen(userId: string, time: number): Promise<number> {
    const { numUpdatedRows } = await this.#db
      .updateTable("sessions")
      .set((row) => ({ end_time: time, update_time: time, version: row("version", "+", 1) }))
      .where("account_id", "=", this.#accountId)
      .where("user_id", "=", userId)
      .where("end_time", "is", null)
      .executeTakeFirstOrThrow();
    return Number(numUpdatedRows);
  }
}

const NEWEST_FIRST: readonly OrderColumn[] = [
  { column: "sessions.create_time", descending: true },
  { column: "sessions.id", descending: true },
];
const OF_ALL_ACCOUNTS: readonly OrderColumn[] = [...NEWEST_FIRST, { column: "sessions.account_id", descending: true }];

/** Of one account, or of all for null; of one user, or of all. */
export async function listSessions(
  db: Kysely<Schema>,
  query: PageQuery,
  accountId: string | null,
  userId?: string,
): Promise<Session[]> {
  const order = accountId === null ? OF_ALL_ACCOUNTS : NEWEST_FIRST;
  return (await readPage(ofLiveUsers(db, accountId, userId), order, query)).map(toSession);
}

/** Of one account, or of all for null; of one user, or of all. */
export function countSessions(db: Kysely<Schema>, accountId: string | null, userId?: string): Promise<number> {
  return countRows(ofLiveUsers(db, accountId, userId));
}

function ofLiveUsers(db: Kysely<Schema>, accountId: string | null, userId?: string) {
  let rows = db
    .selectFrom("sessions")
    .innerJoin("users", (join) =>
      join.onRef("users.account_id", "=", "sessions.account_id").onRef("users.id", "=", "sessions.user_id"),
    )
    .select(columnsOf("sessions", SESSION_COLUMNS))
    .where("users.delete_time", "is", null);
  if (accountId !== null) rows = rows.where("sessions.account_id", "=", accountId);
  if (userId !== undefined) rows = rows.where("sessions.user_id", "=", userId);
  return rows;
}
