import type { ExpressionBuilder, ExpressionWrapper, QueryCreator, SqlBool } from "kysely";
import type { Schema, TABLES } from "../schema.ts";
import type { Queryable } from "./queryable.ts";

// For what is done to all tables alike: erasing, copying. The typed query builder can't say that, so here tables are names, and rows
// plain records.

export type Table = (typeof TABLES)[number];
export type Row = Readonly<Record<string, unknown>>;
type UntypedSchema = Record<string, Record<string, unknown>>;

/** Columns, in order. */
export const PRIMARY_KEYS: { readonly [T in Table]: readonly string[] } = {
  accounts: ["account_id"],
  slugs: ["account_id", "slug"],
  users: ["account_id", "id"],
  changes: ["account_id", "revision", "ordinal"],
  api_keys: ["account_id", "id"],
  sessions: ["account_id", "id"],
  nonces: ["account_id", "key_id", "digest"],
  certificate_names: ["account_id", "name"],
  answers: ["account_id", "method", "request_id"],
  secrets: ["account_id", "name"],
  audit_entries: ["account_id", "sequence"],
} satisfies { [T in Table]: ReadonlyArray<keyof Schema[T]> };

export function untyped(db: Queryable): QueryCreator<UntypedSchema> {
  return db as unknown as QueryCreator<UntypedSchema>;
}

/** The rows of a table in the order of those columns, after the given one. */
export function rowsAfter(db: Queryable, table: Table, columns: readonly string[], after: Row | undefined) {
  let rows = untyped(db).selectFrom(table);
  for (const column of columns) rows = rows.orderBy(column);
  return after === undefined ? rows : rows.where(compareRows(columns, ">", after));
}

/** Whether a row comes after another, or up to it, by those columns. */
export function compareRows(columns: readonly string[], operator: ">" | "<=", row: Row) {
  return ({
    refTuple,
    tuple,
    eb,
  }: ExpressionBuilder<UntypedSchema, string>): ExpressionWrapper<UntypedSchema, string, SqlBool> =>
    eb(refTuple(...pair(columns)), operator, tuple(...pair(columns.map((column) => row[column]))));
}

/** The builder wants the length of a tuple in its type. */
function pair<T>(values: readonly T[]): [T, T] {
  return values as unknown as [T, T];
}
