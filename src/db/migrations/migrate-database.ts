import type { MetadataPath } from "../../directory/lists/filter.ts";
import { Database } from "../database.ts";
import { openWords } from "../maintenance/fill-words.ts";
import { withIndexedMetadata } from "../maintenance/indexed-metadata.ts";
import { withEngine } from "../open-engine.ts";
import { distribute } from "./distribute.ts";
import { migrate, pendingMigrations } from "./migrate.ts";

export interface MigrationOptions {
  /** Also spread the tables over the cluster. */
  readonly citus: boolean;
  /** Also make the indexes of these places, and drop those of others. Undefined: leave them as they are. */
  readonly indexedMetadata: readonly MetadataPath[] | undefined;
}

/** Runs the pending migrations, and returns their names. Throws a DatabaseProblem. */
export function migrateDatabase(url: string, { citus, indexedMetadata }: MigrationOptions): Promise<string[]> {
  return withEngine(url, async (engine) => {
    const ran = await migrate(engine);
    await openWords(new Database(engine));
    if (indexedMetadata !== undefined) {
      await withIndexedMetadata(engine, indexedMetadata);
    }
    if (citus) {
      await distribute(engine);
    }
    return ran;
  });
}

/** The names of the migrations that a start would run. Throws a DatabaseProblem. */
export function checkDatabase(url: string): Promise<string[]> {
  return withEngine(url, pendingMigrations);
}
