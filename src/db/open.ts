import { setTimeout } from "node:timers/promises";
import type { MetadataPath } from "../directory/lists/filter.ts";
import type { CommitEventBus } from "../directory/store/commit-event.ts";
import type { Sources, Store } from "../directory/store/store.ts";
import type { WriteLease } from "../directory/store/write-lease.ts";
import type { Meter } from "../metrics/meter.ts";
import type { Tracer } from "../tracing/span.ts";
import { Database } from "./database.ts";
import type { Engine } from "./engine.ts";
import { openWords } from "./maintenance/fill-words.ts";
import { withIndexedMetadata } from "./maintenance/indexed-metadata.ts";
import { migrate } from "./migrations/migrate.ts";
import { DEFAULT_LIMITS, openEngine, toDatabaseProblem } from "./open-engine.ts";
import type { PostgresOptions } from "./postgres/engine.ts";
import type { ReplicaOptions } from "./replicas/replicas.ts";
import { KyselyStore, type StoreParts } from "./store.ts";

export interface StoreOptions extends PostgresOptions, ReplicaOptions {
  /** How long to wait for a database that can't be reached. */
  readonly waitMs: number;
  /** Told each time that it could not be reached. */
  readonly onWait: (error: unknown) => void;
  /** To the other processes of a server; undefined: there are none. */
  readonly commitEventBus: CommitEventBus | undefined;
  /** Acquired for each write, where one process can write at a time; undefined: no other process writes. */
  readonly writeLease: WriteLease | undefined;
  /** Traces what calls ask of the database; undefined: none is traced. */
  readonly tracer: Tracer | undefined;
  /** The places in the metadata of users that have an index. */
  readonly indexedMetadata: readonly MetadataPath[];
  /** Told what the store does. */
  readonly meter: Meter | undefined;
}

const DEFAULTS: StoreOptions = {
  ...DEFAULT_LIMITS,
  waitMs: 0,
  onWait: () => {},
  commitEventBus: undefined,
  writeLease: undefined,
  tracer: undefined,
  indexedMetadata: [],
  meter: undefined,
  replicaUrls: [],
  maxReplicaLagMs: 10_000,
  onReplicaChange: () => {},
};
const WAIT_INTERVAL_MS = 500;

/** Opens the database at `url`, `sqlite:PATH` or `postgres://…`, brought up to date. Throws a DatabaseProblem. */
export async function openStore(url: string, sources: Sources, options: Partial<StoreOptions> = {}): Promise<Store> {
  const { poolSize, statementTimeoutMs, writeLease, meter, tracer } = { ...DEFAULTS, ...options };
  const engine = await openEngine(url, { limits: { poolSize, statementTimeoutMs }, writeLease, meter, tracer });
  try {
    return await openStoreOn(engine, sources, options);
  } catch (error) {
    await engine.close();
    throw toDatabaseProblem(url, error);
  }
}

/** The same, on an engine that is open. The store closes it. */
export async function openStoreOn(engine: Engine, sources: Sources, options: Partial<StoreOptions> = {}): Promise<Store> {
  const all = { ...DEFAULTS, ...options };
  const { waitMs, onWait, commitEventBus, indexedMetadata, meter } = all;
  await migrateOnceReachable(engine, { waitMs, onWait });
  await openWords(new Database(engine));
  const openReplicas = await replicasOf(all);
  const indexed = await withIndexedMetadata(engine, indexedMetadata);
  return new KyselyStore(indexed, sources, { bus: commitEventBus, meter, openReplicas });
}

/** Only stores that have replicas load what reads them. */
async function replicasOf(options: ReplicaOptions & PostgresOptions): Promise<StoreParts["openReplicas"]> {
  if (options.replicaUrls.length === 0) {
    return undefined;
  }
  const { Replicas } = await import("./replicas/replicas.ts");
  return (primary, readsOf) => new Replicas(primary, readsOf, options);
}

async function migrateOnceReachable(
  engine: Engine,
  { waitMs, onWait }: Pick<StoreOptions, "waitMs" | "onWait">,
): Promise<void> {
  const end = performance.now() + waitMs;
  for (;;) {
    try {
      await migrate(engine);
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
