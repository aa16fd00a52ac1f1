import { Kysely, PostgresDialect, sql } from "kysely";
import { type ClientConfig, DatabaseError, Pool, types } from "pg";
import type { Outage } from "../../directory/errors.ts";
import { Meter } from "../../metrics/meter.ts";
import type { Tracer } from "../../tracing/span.ts";
import type { Engine } from "../engine.ts";
import { tracedBy } from "../query/traced-statements.ts";
import type { Schema } from "../schema.ts";
import { postgresExamination } from "./examination.ts";
import { keepPostgresIndexes } from "./indexes.ts";
import { postgresJson } from "./json.ts";
import { withNames } from "./named-statements.ts";
import { measuredPool } from "./pool-metrics.ts";
import { postgresWords } from "./words.ts";

export interface PostgresOptions {
  /** Connections of each of the two pools, for writes and for reads. */
  readonly poolSize: number;
  /** After which a statement is given up. */
  readonly statementTimeoutMs: number;
  readonly tracer?: Tracer | undefined;
}

/** How long a call waits for a connection before it is told that the database can't be reached. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A server that vanishes in mid-transaction must not hold its locks for ever. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/** Connects when it is first used. Reads have a pool of their own, so that they never queue behind writes. */
export function openPostgres(
  url: string,
  { poolSize, statementTimeoutMs, tracer }: PostgresOptions,
  meter: Meter = new Meter(),
): Engine {
  const connect = (name: string, limits: Pick<ClientConfig, "statement_timeout"> & { readonly max: number }) => {
    const pool = new Pool({
      connectionString: url,
      ...limits,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      keepAlive: true,
      application_name: "roster",
      types: numericTypes,
    });
    // A connection that breaks fails its query, and the pool replaces it: nobody else need know. Without listeners, for idle
    // connections and for busy ones, Node would end the process.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    return new Kysely<Schema>({
      dialect: new PostgresDialect({ pool: withNames(measuredPool(pool, name, meter)) }),
      ...tracedBy(tracer, "postgresql"),
    });
  };
  const writer = connect("writer", { max: poolSize, statement_timeout: statementTimeoutMs });
  const reader = connect("reader", { max: poolSize, statement_timeout: statementTimeoutMs });
  const maintenance = connect("maintenance", { max: 1 });
  return {
    name: "postgres",
    tracer,
    writer,
    reader,
    scanner: reader,
    maintenance,
    types: { text: sql`text collate "C"`, integer: "bigint", bytes: "bytea", absentFirst: " nulls first" },
    json: postgresJson,
    words: postgresWords,
    examination: postgresExamination,
    keepIndexes: (prefix, wanted) => keepPostgresIndexes(maintenance, prefix, wanted),
    forUpdate: (query) => query.forUpdate(),
    // Each statement is a round trip.
    rowsPerInsert: [64, 8, 1],
    // The account's row is locked.
    writeQueueOf: (accountId) => accountId,
    isRetryable: (error) => error instanceof DatabaseError && RETRYABLE.has(error.code ?? ""),
    outageOf,
    // Autovacuum does that, in its own time.
    eraseDeletedRows: async () => {},
    async footprint() {
      const { rows } = await DATABASE_SIZE.execute(reader);
      return { databaseBytes: rows[0]?.bytes ?? 0, logBytes: null, freeBytes: null };
    },
    async close() {
      await Promise.all([writer.destroy(), reader.destroy(), maintenance.destroy()]);
    },
  };
}

const DATABASE_SIZE = sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`;

/** serialization_failure, deadlock_detected */
const RETRYABLE = new Set(["40001", "40P01"]);

/** disk_full, and read_only_sql_transaction: a standby, or a server that its operator has made read-only. */
const UNWRITABLE_STATES = new Set(["53100", "25006"]);
/** Classes of SQLSTATE: connection, authorisation, no such database, resources, operator intervention, system. */
const UNREACHABLE_STATE = /^(08|28|3D|53|57|58)/;
const UNREACHABLE_MESSAGE = /connection terminated|connection error|timeout exceeded|has been discarded|not queryable/i;

function outageOf(error: unknown): Outage | undefined {
  if (error instanceof DatabaseError && UNWRITABLE_STATES.has(error.code ?? "")) {
    return "unwritable";
  }
  return isUnreachable(error) ? "unreachable" : undefined;
}

function isUnreachable(error: unknown): boolean {
  if (error instanceof DatabaseError) {
    return UNREACHABLE_STATE.test(error.code ?? "");
  }
  return (
    error instanceof Error &&
    ("syscall" in error || error instanceof AggregateError || UNREACHABLE_MESSAGE.test(error.message))
  );
}

/** 64-bit integers as numbers: ours are counters and microseconds, far below 2^53. Of this pool alone. */
const numericTypes: NonNullable<ClientConfig["types"]> = {
  getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)),
};
