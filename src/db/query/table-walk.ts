import type { ExpressionBuilder, ExpressionWrapper, Kysely, SqlBool } from "kysely";
import type { Schema, TABLES } from "../schema.ts";
import type { Queryable } from "./queryable.ts";

// What is done to all tables alike. The typed query builder can't say that, so tables are names here, and rows plain records.

export type Table = (typeof TABLES)[number];
export type Row = Readonly<Record<string, unknown>>;
type AnyTable = Record<string, Record<string, unknown>>;

/** Primary keys, in order. */
export const KEYS: { readonly [T in Table]: readonly string[] } = {
  accounts: ["account_id"],
  slugs: ["account_id", "slug"],
  users: ["account_id", "id"],
  changes: ["account_id", "revision", "ordinal"],
  api_keys: ["account_id", "id"],
  sessions: ["account_id", "id"],
  nonces: ["account_id", "key_id", "digest"],
  answers: ["account_id", "method", "request_id"],
  secrets: ["account_id", "name"],
} satisfies { [T in Table]: ReadonlyArray<keyof Schema[T]> };

export function untyped(db: Queryable): Kysely<AnyTable> {
  return db as unknown as Kysely<AnyTable>;
}

/** The rows of a table in the order of those columns, after the given one. */
export function rowsAfter(db: Queryable, table: Table, columns: readonly string[], after: Row | undefined) {
  let rows = untyped(db).selectFrom(table);
  for (const column of columns) rows = rows.orderBy(column);
  return after === undefined ? rows : rows.where(compareRows(columns, ">", after));
}

/** Whether a row comes after another, or up to it, by those columns. */
export function compareRows(columns: readonly string[], operator: ">" | "<=", row: Row) {
  return ({ refTuple, tuple, eb }: ExpressionBuilder<AnyTable, string>): ExpressionWrapper<AnyTable, string, SqlBool> =>
    eb(refTuple(...pair(columns)), operator, tuple(...pair(columns.map((column) => row[column]))));
}

/** The builder wants the length of a tuple in its type. */
function pair<T>(values: readonly T[]): [T, T] {
  return values as unknown as [T, T];
}
