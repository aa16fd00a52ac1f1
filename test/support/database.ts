import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { inject } from "vitest";
import { createFolder } from "./folder.ts";
import { administer, type PostgresAddress } from "./postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the tests of the project `postgres` find their server. Undefined in the project `sqlite`. */
    postgres: PostgresAddress | undefined;
  }
}

/** An empty, migrated database of the engine under test. Whoever makes it removes it. */
export async function createDatabase(): Promise<{ url: string; remove: () => Promise<void> }> {
  const postgres = inject("postgres");
  if (postgres === undefined) {
    const folder = createFolder();
    return { url: `sqlite:${join(folder.path, "roster.db")}`, remove: async () => folder.remove() };
  }
  const name = `roster_${randomBytes(8).toString("hex")}`;
  await administer(postgres, `create database ${name} template ${postgres.template}`);
  return {
    url: `${postgres.url}/${name}`,
    remove: () => administer(postgres, `drop database ${name} with (force)`),
  };
}
