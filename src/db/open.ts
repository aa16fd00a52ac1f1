import { setTimeout } from "node:timers/promises";
import type { MetadataPath } from "../directory/lists/filter.ts";
import type { CommitEventBus } from "../directory/store/commit-event.ts";
import type { Sources, Store } from "../directory/store/store.ts";
import type { WriteLease } from "../directory/store/write-lease.ts";
import type { Engine } from "./engine.ts";
import { type CopyProgress, copyRows } from "./maintenance/copy.ts";
import { withIndexedMetadata } from "./maintenance/indexed-metadata.ts";
import { distribute, migrate, pendingMigrations } from "./migrations/migrate.ts";
import type { PostgresOptions } from "./postgres/engine.ts";
import { DatabaseProblem, databaseUnusable } from "./problem.ts";
import { assertReadable } from "./sqlite/files.ts";
import { KyselyStore } from "./store.ts";

export { DatabaseProblem } from "./problem.ts";

export interface StoreOptions extends PostgresOptions {
  /** How long to wait for a database that can't be reached. */
  readonly waitMs: number;
  /** Told each time that it could not be reached. */
  readonly onWait: (error: unknown) => void;
  /** To the other processes of a server; undefined: there are none. */
  readonly commitEventBus: CommitEventBus | undefined;
  /** Acquired for each write, where one process can write at a time; undefined: no other process writes. */
  readonly writeLease: WriteLease | undefined;
  /** The places in the metadata of users that have an index. */
  readonly indexedMetadata: readonly MetadataPath[];
}

const DEFAULTS: StoreOptions = {
  poolSize: 10,
  statementTimeoutMs: 30_000,
  waitMs: 0,
  onWait: () => {},
  commitEventBus: undefined,
  writeLease: undefined,
  indexedMetadata: [],
};
const WAIT_INTERVAL_MS = 500;

/** Opens the database at `url`, `sqlite:PATH` or `postgres://…`, brought up to date. Throws a DatabaseProblem. */
export async function openStore(url: string, sources: Sources, options: Partial<StoreOptions> = {}): Promise<Store> {
  const { waitMs, onWait, commitEventBus, writeLease, indexedMetadata, ...limits } = { ...DEFAULTS, ...options };
  const engine = await openEngine(url, { limits, writeLease });
  try {
    await patiently(engine, () => migrate(engine), { waitMs, onWait });
    return new KyselyStore(await withIndexedMetadata(engine, indexedMetadata), sources, commitEventBus);
  } catch (error) {
    await engine.close();
    throw explained(url, error);
  }
}

export interface MigrationOptions {
  /** Also spread the tables over the cluster. */
  readonly citus: boolean;
  /** Also make the indexes of these places, and drop those of others. Undefined: leave them as they are. */
  readonly indexedMetadata: readonly MetadataPath[] | undefined;
}

/** Runs the pending migrations, and returns their names. */
export function migrateDatabase(url: string, { citus, indexedMetadata }: MigrationOptions): Promise<string[]> {
  return withEngine(url, async (engine) => {
    const ran = await migrate(engine);
    if (indexedMetadata !== undefined) {
      await withIndexedMetadata(engine, indexedMetadata);
    }
    if (citus) {
      await distribute(engine);
    }
    return ran;
  });
}

/** The names of the migrations that a start would run. */
export function checkDatabase(url: string): Promise<string[]> {
  return withEngine(url, pendingMigrations);
}

/** Copies a whole directory from one database, which must be there, into an empty one. Throws a DatabaseProblem. */
export function copyDatabase(from: string, to: string, onProgress: (progress: CopyProgress) => void): Promise<void> {
  const copy = async (source: Engine) => {
    await migrate(source);
    await withEngine(to, async (target) => {
      await migrate(target);
      await copyRows(source, target, onProgress);
    });
  };
  return withEngine(from, copy, { mustExist: true });
}

async function withEngine<T>(url: string, work: (engine: Engine) => Promise<T>, options?: OpenOptions): Promise<T> {
  const engine = await openEngine(url, options);
  try {
    return await work(engine);
  } catch (error) {
    throw engine.outageOf(error) !== undefined || hasCode(error) ? explained(url, error) : error;
  } finally {
    await engine.close();
  }
}

interface OpenOptions {
  readonly limits?: PostgresOptions;
  readonly writeLease?: WriteLease | undefined;
  /** A file is not made if there is none. */
  readonly mustExist?: boolean;
}

async function openEngine(url: string, { limits = DEFAULTS, writeLease, mustExist }: OpenOptions = {}): Promise<Engine> {
  // Each with its driver.
  if (!url.startsWith("sqlite:")) {
    const { openPostgres } = await import("./postgres/engine.ts");
    return openPostgres(url, limits);
  }
  const path = url.slice("sqlite:".length);
  const { openSqlite } = await import("./sqlite/engine.ts");
  try {
    if (mustExist) assertReadable(path);
    return openSqlite(path, undefined, writeLease);
  } catch (error) {
    throw explained(url, error);
  }
}

/** Errors of drivers and of the system have one; defects of ours do not. */
function hasCode(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}

function explained(url: string, error: unknown): DatabaseProblem {
  const database = url
    .replace(/^sqlite:/, "")
    .replace(/^(\w+:\/\/).*@/, "$1")
    .replace(/\?.*$/, "");
  return error instanceof DatabaseProblem ? error : databaseUnusable(database, error);
}

async function patiently(
  engine: Engine,
  work: () => Promise<unknown>,
  { waitMs, onWait }: Pick<StoreOptions, "waitMs" | "onWait">,
): Promise<void> {
  const end = performance.now() + waitMs;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (engine.outageOf(error) === undefined || performance.now() > end) {
        throw error;
      }
      onWait(error);
      await setTimeout(WAIT_INTERVAL_MS);
    }
  }
}
