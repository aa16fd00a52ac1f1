import { loadConfig } from "../../config/load.ts";
import { SETTINGS } from "../../config/settings.ts";
import { checkDatabase, migrateDatabase } from "../../db/migrations/migrate-database.ts";

export interface MigrateOptions {
  readonly check?: true;
  readonly citus?: true;
  /** As in the setting. Without it, the indexes of metadata stay as they are. */
  readonly indexedMetadata?: string;
}

/** Brings a database up to date, or, with `check`, says what that would take. Exit code 1: there is something to do. */
export async function migrate(databaseUrl: string, { check, citus, indexedMetadata }: MigrateOptions): Promise<void> {
  if (check) {
    const pending = await checkDatabase(databaseUrl);
    say(pending.length === 0 ? "up to date" : `pending: ${pending.join(", ")}`);
    process.exitCode = pending.length === 0 ? 0 : 1;
    return;
  }
  const ran = await migrateDatabase(databaseUrl, { citus: citus ?? false, indexedMetadata: placesOf(indexedMetadata) });
  say(ran.length === 0 ? "up to date" : `migrated: ${ran.join(", ")}`);
  if (citus) {
    say("spread over the cluster by account");
  }
}

function placesOf(text = "") {
  return text === "" ? undefined : loadConfig({ [SETTINGS.indexedMetadata.variable]: text }).indexedMetadata;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
