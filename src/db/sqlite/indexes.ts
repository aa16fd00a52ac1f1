import { type Kysely, sql } from "kysely";
import type { Index } from "../engine.ts";
import type { Schema } from "../schema.ts";

/** In one transaction: writers wait until the indexes are made. */
export async function keepSqliteIndexes(db: Kysely<Schema>, prefix: string, wanted: readonly Index[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ name: string }>`
      select name from sqlite_schema where type = 'index' and substr(name, 1, ${prefix.length}) = ${prefix}
    `.execute(tx);
    for (const { name } of rows.filter((row) => !wanted.some((index) => index.name === row.name))) {
      await sql`drop index ${sql.id(name)}`.execute(tx);
    }
    for (const { name, columns } of wanted.filter((index) => !rows.some((row) => row.name === index.name))) {
      await sql`create index ${sql.id(name)} on users (${columns})`.execute(tx);
    }
  });
}
