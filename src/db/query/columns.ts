/** The columns with their table before them, for joins. */
export function columnsOf<T extends string, C extends string>(table: T, columns: readonly C[]): Array<`${T}.${C}`> {
  return columns.map((column) => `${table}.${column}` as const);
}

/** Those values of a row, column by column. */
export function pick<R extends object, C extends keyof R>(row: R, columns: readonly C[]): Pick<R, C> {
  return Object.fromEntries(columns.map((column) => [column, row[column]])) as Pick<R, C>;
}
