import type { SessionFilterField } from "../../directory/lists/filter.ts";
import type { OrderTerm } from "../../directory/lists/order.ts";
import type { Session } from "../../directory/sessions/session.ts";
import type { SessionOrderField } from "../../directory/sessions/session-order.ts";
import type { SessionListQuery, SessionSelection } from "../../directory/store/sessions.ts";
import type { JsonDialect } from "../engine.ts";
import { columnsOf } from "../query/columns.ts";
import { type FilterColumns, usesFilterIndex, whereFilter } from "../query/filter.ts";
import { type OrderColumn, orderColumns } from "../query/order-columns.ts";
import { countRowsUpTo, readPage } from "../query/pages.ts";
import type { Queryable } from "../query/queryable.ts";
import { SESSION_COLUMNS, toSession } from "./session-row.ts";

/** Of one account, or of all for null. */
export async function listSessions(
  db: Queryable,
  accountId: string | null,
  query: SessionListQuery,
  json: JsonDialect,
): Promise<Session[]> {
  const rows = selectSessions(db, accountId, query, json);
  const { userId, filter } = query;
  const byFilterIndex = userId !== undefined || (filter !== undefined && usesFilterIndex(filter, FILTER_COLUMNS, json));
  const order = orderColumns(query.order, ORDER_COLUMNS, { accountId, byFilterIndex });
  return (await readPage(rows, order, query)).map(toSession);
}

/** Of one account, or of all for null. */
export function countSessions(
  db: Queryable,
  accountId: string | null,
  selection: SessionSelection,
  { json, upTo }: { readonly json: JsonDialect; readonly upTo: number | undefined },
): Promise<number> {
  return countRowsUpTo(db, selectSessions(db, accountId, selection, json), upTo);
}

const ORDER_COLUMNS = {
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

function selectSessions(db: Queryable, accountId: string | null, { userId, filter }: SessionSelection, json: JsonDialect) {
  let rows = sessionsOfLiveUsers(db, accountId);
  if (userId !== undefined) rows = rows.where("sessions.user_id", "=", userId);
  if (filter !== undefined) rows = rows.where(whereFilter(filter, FILTER_COLUMNS, json));
  return rows;
}

export function sessionsOfLiveUsers(db: Queryable, accountId: string | null) {
  const rows = db
    .selectFrom("sessions")
    .innerJoin("users", (join) =>
      join.onRef("users.account_id", "=", "sessions.account_id").onRef("users.id", "=", "sessions.user_id"),
    )
    .select(columnsOf("sessions", SESSION_COLUMNS))
    .where("users.delete_time", "is", null);
  return accountId === null ? rows : rows.where("sessions.account_id", "=", accountId);
}
