import { Migrator } from "kysely/migration";
import type { Engine } from "./engine.ts";
import { initial } from "./migrations/0001-initial.ts";

/** In the order they run. One that has been released is never edited. */
const MIGRATIONS = { "0001-initial": initial };

/** The database was written by a later Roster. Nothing has been touched. */
export class DatabaseTooNew extends Error {
  override readonly name = "DatabaseTooNew";

  constructor(unknown: readonly string[]) {
    super(
      `the database was made by a newer Roster (unknown here: ${unknown.join(", ")}); start that version, or a later one`,
    );
  }
}

/** Brings the database up to date, under a lock: of several servers that start at once, one does it. */
export async function migrate(engine: Engine): Promise<void> {
  const migrations = Object.fromEntries(Object.entries(MIGRATIONS).map(([name, create]) => [name, create(engine.types)]));
  const migrator = new Migrator({ db: engine.writer, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) {
    return;
  }
  const applied = await engine.writer
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom("kysely_migration")
    .select("name")
    .execute();
  const unknown = applied.map(({ name }) => name).filter((name) => !(name in MIGRATIONS));
  throw unknown.length > 0 ? new DatabaseTooNew(unknown) : error;
}
