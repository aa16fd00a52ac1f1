import { type Kysely, sql } from "kysely";
import type { Index } from "../engine.ts";
import { replaceIndexes } from "../maintenance/replace-indexes.ts";
import type { Schema } from "../schema.ts";

/** In one transaction: writers wait until the indexes are made. */
export async function keepSqliteIndexes(db: Kysely<Schema>, prefix: string, wanted: readonly Index[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ name: string }>`
      select name from sqlite_schema where type = 'index' and substr(name, 1, ${prefix.length}) = ${prefix}
    `.execute(tx);
    const found = rows.map(({ name }) => ({ name, valid: true }));
    await replaceIndexes(tx, found, wanted);
  });
}
