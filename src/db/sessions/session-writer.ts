import type { Session } from "../../directory/sessions/session.ts";
import type { SessionListQuery, SessionSelection, SessionWriter } from "../../directory/store/sessions.ts";
import type { JsonDialect } from "../engine.ts";
import type { Queryable } from "../query/queryable.ts";
import { countSessions, listSessions, sessionsOfLiveUsers } from "./session-list.ts";
import { toSession, toSessionRow } from "./session-row.ts";

export class KyselySessionWriter implements SessionWriter {
  readonly #db: Queryable;
  readonly #accountId: string;
  readonly #json: JsonDialect;

  constructor(db: Queryable, accountId: string, json: JsonDialect) {
    this.#db = db;
    this.#accountId = accountId;
    this.#json = json;
  }

  async find(id: string): Promise<Session | undefined> {
    const row = await sessionsOfLiveUsers(this.#db, this.#accountId).where("sessions.id", "=", id).executeTakeFirst();
    return row && toSession(row);
  }

  async findOpen(userId: string, externalId: string): Promise<Session | undefined> {
    const row = await sessionsOfLiveUsers(this.#db, this.#accountId)
      .where("sessions.user_id", "=", userId)
      .where("sessions.external_id", "=", externalId)
      .where("sessions.end_time", "is", null)
      .executeTakeFirst();
    return row && toSession(row);
  }

  list(query: SessionListQuery): Promise<Session[]> {
    return listSessions(this.#db, this.#accountId, query, this.#json);
  }

  count(selection: SessionSelection, upTo?: number): Promise<number> {
    return countSessions(this.#db, this.#accountId, selection, { json: this.#json, upTo });
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
