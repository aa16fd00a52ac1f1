import type { AuditAction } from "../../directory/audit/entry.ts";
import { changedSessionFields, type Session } from "../../directory/sessions/session.ts";
import type { SessionListQuery, SessionSelection, SessionWriter } from "../../directory/store/sessions.ts";
import type { TransactionAudit } from "../audit/transaction-audit.ts";
import { PendingUsers } from "../commit/pending-users.ts";
import type { JsonDialect } from "../engine.ts";
import type { Queryable } from "../query/queryable.ts";
import { countSessions, listSessions, sessionsOfLiveUsers } from "./session-list.ts";
import { toSession, toSessionRow } from "./session-row.ts";

export class KyselySessionWriter implements SessionWriter {
  readonly #db: Queryable;
  readonly #accountId: string;
  readonly #json: JsonDialect;
  readonly #audit: TransactionAudit | undefined;
  readonly #pendingEnds = new PendingUsers((userIds, time) => this.#endOpen(userIds, time));

  constructor(db: Queryable, accountId: string, json: JsonDialect, audit?: TransactionAudit) {
    this.#db = db;
    this.#accountId = accountId;
    this.#json = json;
    this.#audit = audit;
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
    this.#record("CREATED", session);
    return session;
  }

  async update(before: Session, after: Session): Promise<Session> {
    const { account_id, id, ...values } = toSessionRow(after);
    await this.#db.updateTable("sessions").set(values).where("account_id", "=", account_id).where("id", "=", id).execute();
    const fields = changedSessionFields(before, after);
    this.#record(fields.includes("end_time") ? "ENDED" : "UPDATED", after, fields);
    return after;
  }

  async delete(session: Session): Promise<void> {
    await this.#db.deleteFrom("sessions").where("account_id", "=", this.#accountId).where("id", "=", session.id).execute();
    this.#record("DELETED", session);
  }

  async endOpen(userId: string, time: number): Promise<number> {
    return (await this.#endOpen([userId], time)).get(userId) ?? 0;
  }

  endOpenLater(userId: string, time: number): void {
    this.#pendingEnds.add(userId, time);
  }

  /** Ends the sessions that are to be ended. */
  flush(): Promise<void> {
    return this.#pendingEnds.flush();
  }

  async #endOpen(userIds: readonly string[], time: number): Promise<ReadonlyMap<string, number>> {
    const counts = await this.#countOpen(userIds);
    if (counts.size > 0) {
      await this.#db
        .updateTable("sessions")
        .set((row) => ({ end_time: time, update_time: time, version: row("version", "+", 1) }))
        .where("account_id", "=", this.#accountId)
        .where("user_id", "in", [...counts.keys()])
        .where("end_time", "is", null)
        .execute();
    }
    const changedFields = ["end_time"];
    for (const [userId, count] of counts) {
      this.#audit?.record({ action: "ENDED", resource: "SESSION", resourceId: null, userId, changedFields, count });
    }
    return counts;
  }

  /** Of those who have any. */
  async #countOpen(userIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#db
      .selectFrom("sessions")
      .select((row) => ["user_id", row.fn.countAll<number>().as("count")])
      .where("account_id", "=", this.#accountId)
      .where("user_id", "in", userIds)
      .where("end_time", "is", null)
      .groupBy("user_id")
      .orderBy("user_id")
      .execute();
    return new Map(rows.map(({ user_id, count }) => [user_id, count]));
  }

  #record(action: AuditAction, { id, userId }: Session, changedFields: readonly string[] = []): void {
    this.#audit?.record({ action, resource: "SESSION", resourceId: id, userId, changedFields });
  }
}
