import type { Compilable, CompiledQuery, DialectAdapter, Kysely } from "kysely";
import type { Engine } from "./engine.ts";
import type { Schema } from "./schema.ts";
import { nameStatement } from "./statement.ts";

/** An insert of any number of rows, so many of them per statement: few sizes, because each is compiled and prepared once. */
export function rowInserts<R extends object>(
  columns: ReadonlyArray<keyof R>,
  build: (db: Kysely<Schema>, rows: R[]) => Compilable<unknown>,
): (db: Kysely<Schema>, rows: readonly R[], sizes: Engine["rowsPerInsert"]) => Promise<void> {
  const compiled = new WeakMap<DialectAdapter, Map<number, CompiledQuery<unknown>>>();

  function compile(db: Kysely<Schema>, size: number): CompiledQuery<unknown> {
    const { adapter } = db.getExecutor();
    const bySize = compiled.get(adapter) ?? new Map<number, CompiledQuery<unknown>>();
    const query =
      bySize.get(size) ??
      build(
        db,
        Array.from({ length: size }, () => blank(columns)),
      ).compile();
    if (!bySize.has(size)) nameStatement(query.sql);
    compiled.set(adapter, bySize.set(size, query));
    return query;
  }

  return async (db, rows, sizes) => {
    for (let done = 0; done < rows.length; ) {
      const size = sizes.find((each) => each <= rows.length - done) ?? 1;
      const parameters = rows.slice(done, done + size).flatMap((row) => columns.map((column) => row[column]));
      await db.executeQuery({ ...compile(db, size), parameters });
      done += size;
    }
  };
}

/** Stands for a row while the statement is built, and names its columns in order. */
function blank<R extends object>(columns: ReadonlyArray<keyof R>): R {
  return Object.fromEntries(columns.map((column) => [column, null])) as R;
}
