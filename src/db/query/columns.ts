import { type RawBuilder, sql } from "kysely";

/** A column by its name, or what is made of columns. */
export type Column = string | RawBuilder<unknown>;

export function columnRef(column: Column): RawBuilder<unknown> {
  return typeof column === "string" ? sql.ref(column) : column;
}

/** The columns with their table before them, for joins. */
export function columnsOf<T extends string, C extends string>(table: T, columns: readonly C[]): Array<`${T}.${C}`> {
  return columns.map((column) => `${table}.${column}` as const);
}

/** Those values of a row, column by column. */
export function pick<R extends object, C extends keyof R>(row: R, columns: readonly C[]): Pick<R, C> {
  return Object.fromEntries(columns.map((column) => [column, row[column]])) as Pick<R, C>;
}
