import { setTimeout } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import type { FoundIndex, Index } from "../engine.ts";
import { replaceIndexes } from "../maintenance/replace-indexes.ts";
import type { Schema } from "../schema.ts";

/** Any number, the same on every server. */
const LOCK = 7_240_113_208;
const LOCK_RETRY_MS = 100;

/** Concurrently: nobody who writes has to wait. */
export async function keepPostgresIndexes(db: Kysely<Schema>, prefix: string, wanted: readonly Index[]): Promise<void> {
  await db.connection().execute(async (connection) => {
    // Whoever waited inside a statement would be waited for by the one who makes an index.
    while (!(await tryLock(connection))) {
      await setTimeout(LOCK_RETRY_MS);
    }
    try {
      await replaceIndexes(connection, await findIndexes(connection, prefix), wanted, sql`concurrently`);
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(connection);
    }
  });
}

async function tryLock(connection: Kysely<Schema>): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_lock(${LOCK}) as locked`.execute(connection);
  return rows[0]?.locked === true;
}

async function findIndexes(connection: Kysely<Schema>, prefix: string): Promise<FoundIndex[]> {
  const { rows } = await sql<FoundIndex>`
    select relname as name, indisvalid as valid from pg_index join pg_class on pg_class.oid = indexrelid
    where indrelid = 'users'::regclass and starts_with(relname::text, ${prefix})
  `.execute(connection);
  return rows;
}
