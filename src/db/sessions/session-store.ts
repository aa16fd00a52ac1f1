import type { SessionFilterField } from "../../directory/lists/filter.ts";
import type { OrderTerm } from "../../directory/lists/order.ts";
import type { Session } from "../../directory/sessions/session.ts";
import type { SessionOrderField } from "../../directory/sessions/session-order.ts";
import type { SessionListQuery, SessionWriter } from "../../directory/store/sessions.ts";
import type { JsonDialect } from "../engine.ts";
import { columnsOf, SESSION_COLUMNS } from "../query/columns.ts";
import { type FilterColumns, isPinned, whereFilter } from "../query/filter.ts";
import { countRows, type OrderColumn, orderColumns, readPage } from "../query/keyset.ts";
import type { Queryable } from "../query/queryable.ts";
import { toSession, toSessionRow } from "../query/rows.ts";

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

  list(query: SessionListQuery): Promise<Session[]> {
    return listSessions(this.#db, this.#accountId, query, this.#json);
  }

  count(options: Chosen = {}): Promise<number> {
    return countSessions(this.#db, this.#accountId, options, this.#json);
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

type Chosen = Pick<SessionListQuery, "userId" | "filter">;

/** Of one account, or of all for null. */
export async function listSessions(
  db: Queryable,
  accountId: string | null,
  query: SessionListQuery,
  json: JsonDialect,
): Promise<Session[]> {
  const rows = chosen(db, accountId, query, json);
  const { userId, filter } = query;
  const pinned = userId !== undefined || (filter !== undefined && isPinned(filter, FILTER_COLUMNS, json));
  return (await readPage(rows, orderColumns(query.order, COLUMNS, { accountId, pinned }), query)).map(toSession);
}

/** Of one account, or of all for null. */
export function countSessions(db: Queryable, accountId: string | null, options: Chosen, json: JsonDialect): Promise<number> {
  return countRows(chosen(db, accountId, options, json));
}

const COLUMNS = {
  id: { column: "sessions.id" },
  user_id: { column: "sessions.user_id" },
  external_id: { column: "sessions.external_id", nullable: true },
  create_time: { column: "sessions.create_time" },
  update_time: { column: "sessions.update_time" },
  end_time: { column: "sessions.end_time", nullable: true },
  account_id: { column: "sessions.account_id" },
} as const satisfies Record<OrderTerm<SessionOrderField>["field"], Omit<OrderColumn, "descending">>;

const FILTER_COLUMNS: FilterColumns<SessionFilterField> = {
  fields: {
    account_id: { column: "sessions.account_id" },
    id: { column: "sessions.id" },
    user_id: { column: "sessions.user_id", indexed: true },
    external_id: { column: "sessions.external_id" },
    create_time: { column: "sessions.create_time" },
    update_time: { column: "sessions.update_time" },
    end_time: { column: "sessions.end_time" },
  },
  metadata: "sessions.metadata",
};

function chosen(db: Queryable, accountId: string | null, { userId, filter }: Chosen, json: JsonDialect) {
  let rows = ofLiveUsers(db, accountId);
  if (userId !== undefined) rows = rows.where("sessions.user_id", "=", userId);
  if (filter !== undefined) rows = rows.where(whereFilter(filter, FILTER_COLUMNS, json));
  return rows;
}

function ofLiveUsers(db: Queryable, accountId: string | null) {
  const rows = db
    .selectFrom("sessions")
    .innerJoin("users", (join) =>
      join.onRef("users.account_id", "=", "sessions.account_id").onRef("users.id", "=", "sessions.user_id"),
    )
    .select(columnsOf("sessions", SESSION_COLUMNS))
    .where("users.delete_time", "is", null);
  return accountId === null ? rows : rows.where("sessions.account_id", "=", accountId);
}
