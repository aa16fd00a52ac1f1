import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Client } from "pg";
import { inject } from "vitest";
import { TABLES } from "../../src/db/schema.ts";
import { createFolder } from "./folder.ts";
import { administer, countRelations, type PostgresAddress, withClient } from "./postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the tests of the project `postgres` find their server. Undefined in the project `sqlite`. */
    postgres: PostgresAddress | undefined;
  }
}

/** Of this worker, migrated, empty and without a user. */
const free: string[] = [];

/** An empty, migrated database of the engine under test. Whoever makes it removes it. */
export async function createDatabase(): Promise<{ url: string; remove: () => Promise<void> }> {
  const postgres = inject("postgres");
  if (postgres === undefined) {
    const folder = createFolder();
    return { url: `sqlite:${join(folder.path, "roster.db")}`, remove: async () => folder.remove() };
  }
  const url = free.pop() ?? (await copyTemplate(postgres));
  return {
    url,
    // Emptied, for the next who asks: a new one would take five times as long. But not if it has other indexes now.
    async remove() {
      const relations = await withClient(url, empty);
      if (relations === postgres.relations) {
        free.push(url);
      } else {
        await administer(postgres, `drop database ${url.slice(url.lastIndexOf("/") + 1)} with (force)`);
      }
    },
  };
}

/** Of a server that was killed, a connection may still be at work. */
const END_OTHERS = `
  select pg_terminate_backend(pid, 10000) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

async function empty(client: Client): Promise<number> {
  await client.query(END_OTHERS);
  await client.query(`truncate ${TABLES.join(", ")}, user_words`);
  return countRelations(client);
}

async function copyTemplate(postgres: PostgresAddress): Promise<string> {
  const name = `${postgres.prefix}${randomBytes(8).toString("hex")}`;
  await administer(postgres, `create database ${name} template ${postgres.template}`);
  return `${postgres.url}/${name}`;
}
