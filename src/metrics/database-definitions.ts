import { MEMBERS, SECONDS } from "./buckets.ts";
import type { Definition } from "./metric.ts";

/** Of the database as this process meets it. */
export const DATABASE_DEFINITIONS = {
  roster_database_reachable: {
    type: "gauge",
    unit: "0 or 1",
    labels: [],
    help: "whether the database answers, asked once a second",
  },
  roster_database_writable: {
    type: "gauge",
    unit: "0 or 1",
    labels: [],
    help: "whether the database answers and takes writes",
  },
  roster_replica_in_use: {
    type: "gauge",
    unit: "0 or 1",
    labels: ["replica"],
    help: "whether reads go to the replica of PostgreSQL",
  },
  roster_replica_lag_seconds: {
    type: "gauge",
    unit: "seconds",
    labels: ["replica"],
    help: "how far the replica is behind the primary, to a second; absent where that is not known, or more than ten minutes",
  },
  roster_replica_reads_total: {
    type: "counter",
    unit: "reads",
    labels: ["replica", "answered_by"],
    help: "reads that the replica was asked for: answered by the `replica`, or by the `primary`, because the replica was behind or failed",
  },
  roster_commit_queue_length: {
    type: "gauge",
    unit: "writes",
    labels: [],
    help: "writes that wait for their turn",
  },
  roster_commit_queue_wait_seconds: {
    type: "histogram",
    unit: "seconds",
    labels: [],
    help: "how long a write waited until its transaction began with it",
    buckets: SECONDS,
  },
  roster_commit_group_size: {
    type: "histogram",
    unit: "writes",
    labels: [],
    help: "how many writes shared a commit",
    buckets: MEMBERS,
  },
  roster_database_write_seconds: {
    type: "histogram",
    unit: "seconds",
    labels: [],
    help: "how long transactions that write took, from their begin through their commit",
    buckets: SECONDS,
  },
  roster_database_retries_total: {
    type: "counter",
    unit: "transactions",
    labels: [],
    help: "transactions that ran again, after a deadlock for example",
  },
  roster_database_lock_wait_seconds: {
    type: "histogram",
    unit: "seconds",
    labels: [],
    help: "SQLite: how long transactions waited for the write lock, which one process has at a time",
    buckets: SECONDS,
  },
  roster_database_pool_wait_seconds: {
    type: "histogram",
    unit: "seconds",
    labels: ["pool"],
    help: "PostgreSQL: how long a `reader` or `writer` waited for a connection",
    buckets: SECONDS,
  },
  roster_database_pool_connections: {
    type: "gauge",
    unit: "connections",
    labels: ["pool", "state"],
    help: "PostgreSQL: connections that are `busy` or `idle`",
  },
  roster_database_pool_waiting: {
    type: "gauge",
    unit: "queries",
    labels: ["pool"],
    help: "PostgreSQL: those that wait for a connection now",
  },
  roster_database_pool_size: {
    type: "gauge",
    unit: "connections",
    labels: ["pool"],
    help: "PostgreSQL: how many there may be: ROSTER_DATABASE_POOL_SIZE, of a worker its part",
  },
} as const satisfies Record<string, Definition>;
