import { createHash } from "node:crypto";
import { Database } from "../database.ts";
import type { Engine } from "../engine.ts";
import { migrate } from "../migrations/migrate.ts";
import { withEngine } from "../open-engine.ts";
import { DatabaseProblem } from "../problem.ts";
import type { Queryable } from "../query/queryable.ts";
import { PRIMARY_KEYS, type Row, rowsAfter, type Table, untyped } from "../query/untyped-tables.ts";
import { TABLES } from "../schema.ts";
import { fillWords } from "./fill-words.ts";

const BATCH = 500;

export interface CopyProgress {
  readonly table: Table;
  readonly rows: number;
}

interface CopyTarget {
  readonly reader: Queryable;
  readonly writer: Queryable;
}

/** Copies a whole directory from one database, which must be there, into an empty one. Throws a DatabaseProblem. */
export function copyDatabase(from: string, to: string, onProgress: (progress: CopyProgress) => void): Promise<void> {
  const copy = async (source: Engine) => {
    await migrate(source);
    await withEngine(to, async (target) => {
      await migrate(target);
      await copyRows(source.reader, target, onProgress);
      await fillWords(new Database(target));
    });
  };
  return withEngine(from, copy, { mustExist: true });
}

/**
 * Copies every row, as it is: ids, versions, revisions, history, keys, secrets. Both databases are migrated. A copy that was
 * interrupted goes on where it stopped; at the end every row of both is compared. Throws a DatabaseProblem if they differ.
 */
export async function copyRows(
  from: Queryable,
  to: CopyTarget,
  onProgress: (progress: CopyProgress) => void = () => {},
): Promise<void> {
  for (const table of TABLES) {
    let rows = 0;
    for await (const batch of readBatches(from, table, await lastKey(to.reader, table))) {
      await insertBatch(to.writer, table, batch);
      rows += batch.length;
      onProgress({ table, rows });
    }
  }
  for (const table of TABLES) {
    if ((await digest(from, table)) !== (await digest(to.reader, table))) {
      throw new DatabaseProblem(
        `table ${table} differs after the copy; stop every server on both databases, and copy into an empty one`,
      );
    }
  }
}

async function* readBatches(db: Queryable, table: Table, after: Row | undefined): AsyncGenerator<Row[]> {
  for (let last = after; ; ) {
    const rows = await readBatch(db, table, last);
    if (rows.length > 0) {
      yield rows;
    }
    if (rows.length < BATCH) {
      return;
    }
    last = rows.at(-1);
  }
}

async function readBatch(db: Queryable, table: Table, after: Row | undefined): Promise<Row[]> {
  const rows = await rowsAfter(db, table, PRIMARY_KEYS[table], after).selectAll().limit(BATCH).execute();
  return rows.map(copied);
}

/** How far the words of an account are filled is not copied: nor are they. */
function copied({ words_revision: _, ...row }: Row): Row {
  return row;
}

async function lastKey(db: Queryable, table: Table): Promise<Row | undefined> {
  let query = untyped(db).selectFrom(table).selectAll().limit(1);
  for (const key of PRIMARY_KEYS[table]) {
    query = query.orderBy(key, "desc");
  }
  return query.executeTakeFirst();
}

async function insertBatch(db: Queryable, table: Table, rows: readonly Row[]): Promise<void> {
  await untyped(db)
    .insertInto(table)
    .values([...rows])
    .onConflict((conflict) => conflict.columns([...PRIMARY_KEYS[table]]).doNothing())
    .execute();
}

async function digest(db: Queryable, table: Table): Promise<string> {
  const hash = createHash("sha256");
  for await (const rows of readBatches(db, table, undefined)) {
    for (const row of rows) {
      hash.update(rowText(row));
    }
  }
  return hash.digest("hex");
}

function rowText(row: Row): string {
  const values = Object.keys(row)
    .sort()
    .map((column) => (row[column] instanceof Uint8Array ? Buffer.from(row[column]).toString("hex") : row[column]));
  return JSON.stringify(values);
}
