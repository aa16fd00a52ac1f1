import { sql } from "kysely";
import type { Engine } from "../../src/db/engine.ts";
import { TABLES } from "../../src/db/schema.ts";
import { KyselyStore } from "../../src/db/store.ts";
import { bootstrap } from "../../src/directory/accounts/bootstrap.ts";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { createSources } from "../support/sources.ts";
import { exerciseStore } from "./exercise.ts";

/** Runs everything a store does, lets a newer server add a column to each table, and runs everything again. */
export async function exerciseAcrossMigration(engine: Engine, newer: Engine): Promise<void> {
  const sources = createSources();
  const store = new KyselyStore(engine, sources);
  await bootstrap(store, mintSecret(sources.newId("K")));
  await exerciseStore(store, sources);
  for (const table of TABLES) {
    await sql`alter table ${sql.table(table)} add column added_later integer`.execute(newer.writer);
  }
  await exerciseStore(store, sources);
}
