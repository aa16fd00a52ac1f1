import { randomBytes } from "node:crypto";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import type { Engine } from "../../src/db/engine.ts";
import { openStore } from "../../src/db/open.ts";
import { createFolder } from "./folder.ts";
import { administer, type PostgresAddress } from "./postgres.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { createSources } from "./sources.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the tests of the project `postgres` find their server. Undefined in the project `sqlite`. */
    postgres: PostgresAddress | undefined;
  }
}

/** An empty, migrated database. Whoever makes it removes it. */
export interface TestDatabase {
  readonly url: string;
  /** Of PostgreSQL: connected already, and not closed by the store that is opened on it. To connect anew costs ten times what a test does. */
  readonly engine?: () => Engine;
  remove(): Promise<void>;
}

/** Of the engine under test. */
export async function createDatabase(): Promise<TestDatabase> {
  const postgres = inject("postgres");
  return postgres === undefined ? createFile() : createInPostgres(postgres);
}

let template: Promise<string> | undefined;

async function createFile(): Promise<TestDatabase> {
  template ??= createTemplate();
  const folder = createFolder();
  const path = join(folder.path, "roster.db");
  copyFileSync(await template, path);
  return { url: `sqlite:${path}`, remove: async () => folder.remove() };
}

/** Copied for each who asks: to migrate takes longer. */
async function createTemplate(): Promise<string> {
  const path = join(createFolder().path, "template.db");
  await (await openStore(`sqlite:${path}`, createSources())).close();
  return path;
}

/** Of this worker, empty and without a user. */
const free: PostgresDatabase[] = [];

async function createInPostgres(postgres: PostgresAddress): Promise<TestDatabase> {
  const database = free.pop() ?? new PostgresDatabase(await copyTemplate(postgres));
  return {
    url: database.url,
    engine: () => database.engine,
    // Emptied, for the next who asks: a new one would take five times as long. But not if it has other indexes now.
    async remove() {
      if ((await database.empty()) === postgres.relations) {
        free.push(database);
      } else {
        await database.close();
        await administer(postgres, `drop database ${database.url.slice(database.url.lastIndexOf("/") + 1)} with (force)`);
      }
    },
  };
}

async function copyTemplate(postgres: PostgresAddress): Promise<string> {
  const name = `${postgres.prefix}${randomBytes(8).toString("hex")}`;
  await administer(postgres, `create database ${name} template ${postgres.template}`);
  return `${postgres.url}/${name}`;
}
