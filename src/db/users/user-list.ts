import { type SelectQueryBuilder, sql } from "kysely";
import type { UserFilterField } from "../../directory/lists/filter.ts";
import type { ListKey, OrderTerm } from "../../directory/lists/order.ts";
import type { ListQuery, UserSelection } from "../../directory/store/users.ts";
import type { UserOrderField } from "../../directory/users/user-order.ts";
import { foldEmail } from "../../directory/values/email.ts";
import { columnRef } from "../query/columns.ts";
import { type FilterColumns, whereFilter } from "../query/filter.ts";
import type { OrderColumn } from "../query/order-columns.ts";
import { countRowsUpTo } from "../query/pages.ts";
import type { Queryable } from "../query/queryable.ts";
import type { Schema } from "../schema.ts";
import { ENCODED_COLUMNS } from "./encoded-users.ts";
import { type ListDialect, type PlannedSearch, planSearch } from "./user-search.ts";

/** The users of a list, of one account or, for null, of all: encoded, with their places in the order. */
export function listRows(
  db: Queryable,
  accountId: string | null,
  query: RowSelection & Pick<ListQuery, "order">,
  dialect: ListDialect,
) {
  return filteredUsers(db, accountId, query, dialect)
    .select(ENCODED_COLUMNS)
    .select(
      query.order.map(({ field }, place) =>
        sql<ListKey[number]>`${columnRef(ORDER_COLUMNS[field].column)}`.as(keyColumn(place)),
      ),
    );
}

/** Where `listRows` has the value of an order term. */
export function keyColumn(place: number): `key_${number}` {
  return `key_${place}`;
}

/** The time counts for the address that was verified alone. */
const EMAIL_VERIFY_TIME = sql`(case when users.email_verify_key = users.email_key then users.email_verify_time end)`;

export const ORDER_COLUMNS = {
  id: { column: "users.id" },
  external_id: { column: "users.external_id", nullable: true },
  email: { column: "users.email_key", nullable: true },
  email_verify_time: { column: EMAIL_VERIFY_TIME, nullable: true },
  name: { column: "users.name", nullable: true },
  display_name: { column: "users.display_name", nullable: true },
  status: { column: "users.status", fewValues: true },
  create_time: { column: "users.create_time" },
  update_time: { column: "users.update_time" },
  account_id: { column: "users.account_id" },
} as const satisfies Record<OrderTerm<UserOrderField>["field"], Omit<OrderColumn, "descending">>;

export const FILTER_COLUMNS: FilterColumns<UserFilterField> = {
  fields: {
    account_id: { column: "users.account_id" },
    id: { column: "users.id" },
    external_id: { column: "users.external_id", indexed: true },
    email: { column: "users.email", indexed: true, folded: { column: "users.email_key", fold: foldEmail } },
    email_verify_time: { column: EMAIL_VERIFY_TIME },
    name: { column: "users.name" },
    display_name: { column: "users.display_name" },
    about: { column: "users.about" },
    project: { column: "users.project", indexed: true },
    status: { column: "users.status", indexed: true },
    super_admin: { column: "users.super_admin" },
    create_time: { column: "users.create_time" },
    update_time: { column: "users.update_time" },
    delete_time: { column: "users.delete_time" },
    version: { column: "users.version", number: true },
  },
  metadata: "users.metadata",
};

/** Of one account, or of all for null. */
export async function countUsers(
  db: Queryable,
  accountId: string | null,
  selection: UserSelection,
  { dialect, upTo }: { readonly dialect: ListDialect; readonly upTo: number | undefined },
): Promise<number> {
  const { filter, showDeleted } = selection;
  const search = await planSearch(db, accountId, selection, dialect);
  return search !== undefined && filter === undefined
    ? dialect.words.count(db, search, upTo)
    : countRowsUpTo(db, filteredUsers(db, accountId, { showDeleted, filter, search }, dialect), upTo);
}

/** A selection whose search is planned. */
type RowSelection = Pick<UserSelection, "showDeleted" | "filter"> & { readonly search?: PlannedSearch | undefined };

function filteredUsers(
  db: Queryable,
  accountId: string | null,
  { showDeleted, filter, search }: RowSelection,
  { json, words }: ListDialect,
) {
  let rows = search?.few ? selectFound(db, words.found(search)) : db.selectFrom("users");
  if (accountId !== null) rows = rows.where("account_id", "=", accountId);
  if (!showDeleted) rows = rows.where("delete_time", "is", null);
  if (search?.few === false) rows = rows.where(words.isFound(search));
  if (filter !== undefined) rows = rows.where(whereFilter(filter, FILTER_COLUMNS, json));
  return rows;
}

/** To the query builder it is the table itself. */
function selectFound(
  db: Queryable,
  found: ReturnType<ListDialect["words"]["found"]>,
): SelectQueryBuilder<Schema, "users", object> {
  return db.selectFrom(found.as("users")) as unknown as SelectQueryBuilder<Schema, "users", object>;
}
