import { sql } from "kysely";
import type { Engine } from "../../src/db/engine.ts";
import { DEFAULT_LIMITS } from "../../src/db/open-engine.ts";
import { openPostgres } from "../../src/db/postgres/engine.ts";
import { TABLES } from "../../src/db/schema.ts";

/** By which its own connections are known. */
const OWN = "roster-test";
/** Of so many bytes, it is quicker to truncate all tables than to delete rows. */
const LARGE = 4_000_000;

/** A database that one test after the other uses, by connections that stay. */
export class PostgresDatabase {
  readonly url: string;
  #engine: Engine | undefined;

  constructor(url: string) {
    this.url = url;
  }

  /** Not closed by `close` of a store. */
  get engine(): Engine {
    this.#engine ??= openPostgres(`${this.url}?application_name=${OWN}`, DEFAULT_LIMITS);
    return { ...this.#engine, close: async () => {} };
  }

  /** Returns how many tables and indexes it has. */
  async empty(): Promise<number> {
    const { maintenance } = this.engine;
    // Of a server that was killed, a connection may still be at work.
    await sql`
      select pg_terminate_backend(pid, 10000) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and (application_name <> ${OWN} or state <> 'idle')
    `.execute(maintenance);
    const { rows } = await sql<{ name: string; bytes: number }>`
      select relname as name, pg_relation_size(oid) as bytes from pg_class where relnamespace = 'public'::regnamespace
    `.execute(maintenance);
    const used = new Set(rows.flatMap(({ name, bytes }) => (bytes > 0 ? [name] : [])));
    const isLarge = rows.reduce((sum, { bytes }) => sum + bytes, 0) > LARGE;
    const deletions = EMPTIED.filter((table) => used.has(table)).map((table) => `delete from ${table}`);
    const statement = isLarge ? `truncate ${EMPTIED.join(", ")}` : deletions.join("; ");
    await sql.raw(statement).execute(maintenance);
    return rows.length;
  }

  async close(): Promise<void> {
    await this.#engine?.close();
  }
}

/** Those that refer to others first. */
const EMPTIED = ["user_words", ...TABLES.toReversed()];
