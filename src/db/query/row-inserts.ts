import type { Compilable, CompiledQuery } from "kysely";
import type { Engine } from "../engine.ts";
import type { Queryable } from "./queryable.ts";
import { compileOnce } from "./statement.ts";

/** An insert of any number of rows, so many of them per statement: few sizes, because each is compiled and prepared once. */
export function rowInserts<R extends object>(
  columns: ReadonlyArray<keyof R>,
  build: (db: Queryable, rows: R[]) => Compilable<unknown>,
): (db: Queryable, rows: readonly R[], sizes: Engine["rowsPerInsert"]) => Promise<void> {
  const bySize = new Map<number, (db: Queryable) => CompiledQuery<unknown>>();

  function insertOf(size: number): (db: Queryable) => CompiledQuery<unknown> {
    const placeholders = () => Array.from({ length: size }, () => placeholderRow(columns));
    const insert = bySize.get(size) ?? compileOnce((db) => build(db, placeholders()));
    bySize.set(size, insert);
    return insert;
  }

  return async (db, rows, sizes) => {
    for (let done = 0; done < rows.length; ) {
      const size = sizes.find((each) => each <= rows.length - done) ?? 1;
      const parameters: unknown[] = [];
      for (const row of rows.slice(done, done + size)) {
        for (const column of columns) parameters.push(row[column]);
      }
      await db.executeQuery({ ...insertOf(size)(db), parameters });
      done += size;
    }
  };
}

/** Stands for a row while the statement is built, and names its columns in order. */
function placeholderRow<R extends object>(columns: ReadonlyArray<keyof R>): R {
  return Object.fromEntries(columns.map((column) => [column, null])) as R;
}
