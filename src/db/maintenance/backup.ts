import { DatabaseProblem } from "../problem.ts";
import { backUpSqlite } from "../sqlite/backup.ts";

/** Writes a copy of a SQLite database, in use or not, to a new file. PostgreSQL brings its own tools for that. */
export function backUpDatabase(url: string, file: string): void {
  if (!url.startsWith("sqlite:")) {
    throw new DatabaseProblem(
      "this backs up SQLite; for PostgreSQL use pg_dump, or base backups with a write-ahead log archive",
    );
  }
  backUpSqlite(url.slice("sqlite:".length), file);
}
