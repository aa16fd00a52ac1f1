import { setTimeout } from "node:timers/promises";
import type { Sources, Store } from "../directory/store.ts";
import type { Engine } from "./engine.ts";
import { migrate } from "./migrate.ts";
import { openPostgres, type PostgresOptions } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";
import { KyselyStore } from "./store.ts";

export { DatabaseTooNew } from "./migrate.ts";

export interface StoreOptions extends PostgresOptions {
  /** How long to wait for a database that can't be reached. */
  readonly waitMs: number;
  /** Told each time that it could not be reached. */
  readonly onWait: (error: unknown) => void;
}

const DEFAULTS: StoreOptions = { poolSize: 10, statementTimeoutMs: 30_000, waitMs: 0, onWait: () => {} };
const WAIT_INTERVAL_MS = 500;

/** Opens the database at `url`, `sqlite:PATH` or `postgres://…`, brought up to date. Throws DatabaseTooNew. */
export async function openStore(url: string, sources: Sources, options: Partial<StoreOptions> = {}): Promise<Store> {
  const { waitMs, onWait, ...limits } = { ...DEFAULTS, ...options };
  const engine = await openEngine(url, limits);
  try {
    await patiently(engine, () => migrate(engine), { waitMs, onWait });
  } catch (error) {
    await engine.close();
    throw error;
  }
  return new KyselyStore(engine, sources);
}

async function openEngine(url: string, limits: PostgresOptions): Promise<Engine> {
  return url.startsWith("sqlite:") ? openSqlite(url.slice("sqlite:".length)) : openPostgres(url, limits);
}

async function patiently(
  engine: Engine,
  work: () => Promise<void>,
  { waitMs, onWait }: Pick<StoreOptions, "waitMs" | "onWait">,
): Promise<void> {
  const end = performance.now() + waitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!engine.isUnavailable(error) || performance.now() > end) {
        throw error;
      }
      onWait(error);
      await setTimeout(WAIT_INTERVAL_MS);
    }
  }
}
