import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import { LIST_ORDER, type ListQuery } from "../directory/store.ts";
import type { Schema } from "./schema.ts";

const COLUMNS = { createTime: "users.create_time", id: "users.id", accountId: "users.account_id" } as const;

type Users = ExpressionBuilder<Schema, "users">;
type Column = { readonly name: (typeof COLUMNS)[keyof typeof COLUMNS]; readonly descending: boolean };

/** The columns of LIST_ORDER, turned round for a walk against it. */
export function listOrder(direction: ListQuery["direction"]): Column[] {
  return LIST_ORDER.map(({ field, descending }) => ({
    name: COLUMNS[field],
    descending: descending === (direction === "after"),
  }));
}

/** True of the rows that come later than `key`. The bound on the first column alone lets an index begin there. */
export function comesAfter(users: Users, order: readonly Column[], key: readonly (string | number)[]): Expression<SqlBool> {
  const [first] = order;
  const later = laterIn(users, order, key);
  return first === undefined ? later : users.and([users(first.name, first.descending ? "<=" : ">=", key[0] ?? null), later]);
}

function laterIn(users: Users, order: readonly Column[], key: readonly (string | number)[]): Expression<SqlBool> {
  const [column, ...rest] = order;
  const value = key[0] ?? null;
  if (column === undefined) {
    return sql<SqlBool>`1 = 0`;
  }
  const beyond = users(column.name, column.descending ? "<" : ">", value);
  return rest.length === 0
    ? beyond
    : users.or([beyond, users.and([users(column.name, "=", value), laterIn(users, rest, key.slice(1))])]);
}
