import { sql } from "kysely";
import type { UserFilterField } from "../../directory/lists/filter.ts";
import type { ListKey, OrderTerm } from "../../directory/lists/order.ts";
import type { ListQuery, UserSelection } from "../../directory/store/users.ts";
import type { UserOrderField } from "../../directory/users/user-order.ts";
import { foldEmail } from "../../directory/values/email.ts";
import type { JsonDialect } from "../engine.ts";
import { columnRef } from "../query/columns.ts";
import { type FilterColumns, whereFilter } from "../query/filter.ts";
import type { OrderColumn } from "../query/order-columns.ts";
import { countRowsUpTo } from "../query/pages.ts";
import type { Queryable } from "../query/queryable.ts";
import { ENCODED_COLUMNS } from "./encoded-users.ts";

/** The users of a list, of one account or, for null, of all: encoded, with their places in the order. */
export function listRows(
  db: Queryable,
  accountId: string | null,
  query: UserSelection & Pick<ListQuery, "order">,
  json: JsonDialect,
) {
  return filteredUsers(db, accountId, query, json)
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
  status: { column: "users.status" },
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
export function countUsers(
  db: Queryable,
  accountId: string | null,
  selection: UserSelection,
  { json, upTo }: { readonly json: JsonDialect; readonly upTo: number | undefined },
): Promise<number> {
  return countRowsUpTo(db, filteredUsers(db, accountId, selection, json), upTo);
}

function filteredUsers(db: Queryable, accountId: string | null, { showDeleted, filter }: UserSelection, json: JsonDialect) {
  let rows = db.selectFrom("users");
  if (accountId !== null) rows = rows.where("account_id", "=", accountId);
  if (!showDeleted) rows = rows.where("delete_time", "is", null);
  if (filter !== undefined) rows = rows.where(whereFilter(filter, FILTER_COLUMNS, json));
  return rows;
}
