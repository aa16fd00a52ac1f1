import { of, quantile, type Rows, rate } from "./panel.ts";

/** Of writes and of the database. */
export const DATABASE_ROWS: Rows = {
  Writes: [
    {
      title: "Wait in the commit queue",
      unit: "s",
      queries: {
        median: quantile(0.5, "roster_commit_queue_wait_seconds"),
        p99: quantile(0.99, "roster_commit_queue_wait_seconds"),
      },
    },
    {
      title: "Writes that share a commit",
      unit: "short",
      queries: {
        average: `sum(${rate("roster_commit_group_size_sum")}) / sum(${rate("roster_commit_group_size_count")})`,
      },
    },
    {
      title: "Writes that wait",
      unit: "short",
      queries: { "{{instance}}": `sum by (instance) (${of("roster_commit_queue_length")})` },
    },
    {
      title: "Time of transactions that write, 99th percentile",
      unit: "s",
      queries: { "{{instance}}": quantile(0.99, "roster_database_write_seconds", ["instance"]) },
    },
    {
      title: "The database is busy with writes",
      unit: "percentunit",
      description:
        "On SQLite 1 is all there is: one transaction writes at a time. On PostgreSQL, transactions under way at a time.",
      queries: { "{{instance}}": `sum by (instance) (${rate("roster_database_write_seconds_sum")})` },
    },
    {
      title: "Transactions run again",
      unit: "ops",
      queries: { "{{instance}}": `sum by (instance) (${rate("roster_database_retries_total")})` },
    },
  ],
  "The database": [
    {
      title: "It answers, it takes writes",
      unit: "short",
      queries: {
        "answers, {{instance}}": `min by (instance) (${of("roster_database_reachable")})`,
        "takes writes, {{instance}}": `min by (instance) (${of("roster_database_writable")})`,
      },
    },
    {
      title: "Size",
      unit: "bytes",
      queries: { "{{instance}}": `max by (instance) (${of("roster_database_size_bytes")})` },
    },
    {
      title: "SQLite: wait for the write lock, 99th percentile",
      unit: "s",
      queries: { "{{instance}}": quantile(0.99, "roster_database_lock_wait_seconds", ["instance"]) },
    },
    {
      title: "SQLite: write-ahead log",
      unit: "bytes",
      queries: { "{{instance}}": `max by (instance) (${of("roster_sqlite_wal_size_bytes")})` },
    },
    {
      title: "SQLite: room on the disk",
      unit: "bytes",
      queries: { "{{instance}}": `min by (instance) (${of("roster_sqlite_disk_free_bytes")})` },
    },
    {
      title: "PostgreSQL: wait for a connection, 99th percentile",
      unit: "s",
      queries: { "{{pool}}": quantile(0.99, "roster_database_pool_wait_seconds", ["pool"]) },
    },
    {
      title: "PostgreSQL: connections",
      unit: "short",
      queries: {
        "{{pool}}, {{state}}": `sum by (pool, state) (${of("roster_database_pool_connections")})`,
        "{{pool}}, most": `sum by (pool) (${of("roster_database_pool_size")})`,
      },
    },
    {
      title: "PostgreSQL: waiting for a connection",
      unit: "short",
      queries: { "{{pool}}": `sum by (pool) (${of("roster_database_pool_waiting")})` },
    },
  ],
  "Read replicas": [
    {
      title: "Reads go to the replica",
      unit: "short",
      queries: { "{{replica}}, {{instance}}": `min by (replica, instance) (${of("roster_replica_in_use")})` },
    },
    {
      title: "Behind the primary",
      unit: "s",
      description: "Nothing is shown of a replica that does not answer, or is more than ten minutes behind.",
      queries: { "{{replica}}": `max by (replica) (${of("roster_replica_lag_seconds")})` },
    },
    {
      title: "Reads, by who answered",
      unit: "reqps",
      description: "The primary answers what the replica was asked for and could not show yet.",
      queries: {
        "{{replica}}, {{answered_by}}": `sum by (replica, answered_by) (${rate("roster_replica_reads_total")})`,
      },
    },
  ],
};
