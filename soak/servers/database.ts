import { readFileSync } from "node:fs";
import { join } from "node:path";
import { administer, type PostgresServer, startPostgres, withClient } from "../../test/support/postgres.ts";
import { TcpProxy } from "./proxy.ts";

export type EngineName = "sqlite" | "postgres";

/** The database under test. */
export interface SoakDatabase {
  readonly engine: EngineName;
  /** As servers reach it. */
  readonly url: string;
  /** As checks reach it: past what can be cut. */
  readonly directUrl: string;
  readonly postgres: BreakablePostgres | undefined;
  close(): Promise<void>;
}

/** What can be done to a PostgreSQL. */
export interface BreakablePostgres {
  /** Ends it without a checkpoint, as a crash does, and starts it again. */
  restart(): Promise<void>;
  /** Starts it if a failure has ended it. */
  ensureRunning(): Promise<void>;
  /** Ends the connections of Roster. Returns how many. */
  terminate(): Promise<number>;
  cut(): number;
  /** The ids of the processes that serve Roster. */
  backends(): Promise<number[]>;
}

export async function openDatabase(engine: EngineName, folder: string): Promise<SoakDatabase> {
  if (engine === "postgres") return openPostgres(folder);
  const url = `sqlite:${join(folder, "roster.db")}`;
  return { engine, url, directUrl: url, postgres: undefined, close: async () => {} };
}

/** As an operator would run it, but that it may use little disk. */
const SETTINGS = { fsync: "on", full_page_writes: "on", max_wal_size: "64MB", wal_keep_size: "0" };
const DATABASE = "soak";

async function openPostgres(folder: string): Promise<SoakDatabase> {
  const server = await startPostgres({ parent: folder, settings: SETTINGS });
  await administer(server, `create database ${DATABASE}`);
  const direct = new URL(`${server.url}/${DATABASE}`);
  const proxy = await TcpProxy.open(Number(direct.port));
  const proxied = new URL(direct);
  proxied.port = String(proxy.port);
  return {
    engine: "postgres",
    url: proxied.href,
    directUrl: direct.href,
    postgres: breakable(server, proxy),
    async close() {
      proxy.close();
      await server.remove();
    },
  };
}

function breakable(server: PostgresServer, proxy: TcpProxy): BreakablePostgres {
  const postmaster = () => Number.parseInt(readFileSync(join(server.folder, "postmaster.pid"), "utf8"), 10);
  const ask = async (question: string) => withClient(`${server.url}/postgres`, (client) => client.query(question));
  return {
    async restart() {
      const pid = postmaster();
      process.kill(pid, "SIGQUIT");
      while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
      await server.start();
    },
    async ensureRunning() {
      if (!isAlive(postmasterOf(postmaster))) await server.start();
    },
    terminate: async () => (await ask(`select pg_terminate_backend(pid) from ${OURS}`)).rows.length,
    cut: () => proxy.cut(),
    backends: async () => (await ask(`select pid from ${OURS}`)).rows.map(({ pid }) => Number(pid)),
  };
}

const OURS = `pg_stat_activity where datname = '${DATABASE}' and application_name = 'roster'`;

/** 0 if there is none. */
function postmasterOf(read: () => number): number {
  try {
    return read();
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
