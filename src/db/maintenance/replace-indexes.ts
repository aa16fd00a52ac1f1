import { type Kysely, type RawBuilder, sql } from "kysely";
import type { FoundIndex, Index } from "../engine.ts";
import type { Schema } from "../schema.ts";

/** Drops the indexes that are not wanted or not valid, and makes those of `users` that are missing then. */
export async function replaceIndexes(
  db: Kysely<Schema>,
  found: readonly FoundIndex[],
  wanted: readonly Index[],
  /** Between `index` and the name. */
  modifier: RawBuilder<unknown> = sql``,
): Promise<void> {
  const isKept = ({ name, valid }: FoundIndex) => valid && wanted.some((index) => index.name === name);
  const kept = new Set(found.filter(isKept).map(({ name }) => name));
  for (const { name } of found.filter((index) => !kept.has(index.name))) {
    await sql`drop index ${modifier} ${sql.id(name)}`.execute(db);
  }
  for (const { name, columns } of wanted.filter((index) => !kept.has(index.name))) {
    await sql`create index ${modifier} ${sql.id(name)} on users (${columns})`.execute(db);
  }
}
