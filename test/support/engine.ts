import type { Engine } from "../../src/db/engine.ts";
import { openPostgres } from "../../src/db/postgres/engine.ts";
import { openSqlite } from "../../src/db/sqlite/engine.ts";

/** The engine of a database that is there, for tests of what only a database knows. */
export function openTestEngine(url: string): Engine {
  return url.startsWith("sqlite:")
    ? openSqlite(url.slice("sqlite:".length))
    : openPostgres(url, { poolSize: 2, statementTimeoutMs: 60_000 });
}
