import { backUpDatabase } from "../../db/maintenance/backup.ts";

/** Writes a copy of the embedded database to a new file, whether or not a server runs on it. */
export function backUp(databaseUrl: string, file: string): void {
  backUpDatabase(databaseUrl, file);
  process.stdout.write(`backed up to ${file}\n`);
}
