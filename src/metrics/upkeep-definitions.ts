import type { Definition } from "./metric.ts";

/** Of the database as a whole, and of what keeps it in order: shown by one process of a server. */
export const UPKEEP_DEFINITIONS = {
  roster_accounts: { type: "gauge", unit: "accounts", labels: [], help: "accounts in the database" },
  roster_history_revisions: {
    type: "gauge",
    unit: "revisions",
    labels: [],
    help: "transactions that the change history still has, of all accounts together",
  },
  roster_history_floor_timestamp_seconds: {
    type: "gauge",
    unit: "seconds since 1970",
    labels: [],
    help: "the commit of the oldest change that the history still has, of any account",
  },
  roster_history_retention_seconds: {
    type: "gauge",
    unit: "seconds",
    labels: [],
    help: "how far it is to reach back: ROSTER_CHANGE_RETENTION",
  },
  roster_search_lag_revisions: {
    type: "gauge",
    unit: "revisions",
    labels: [],
    help: "transactions that searches do not find yet, because a server of an older version has written them",
  },
  roster_prune_runs_total: {
    type: "counter",
    unit: "runs",
    labels: ["outcome"],
    help: "times that old changes, answers and audit entries were looked for, once a minute: `succeeded`, `failed`",
  },
  roster_prune_last_success_timestamp_seconds: {
    type: "gauge",
    unit: "seconds since 1970",
    labels: [],
    help: "the end of the last run that succeeded; before the first, the start of the server",
  },
  roster_prune_last_duration_seconds: {
    type: "gauge",
    unit: "seconds",
    labels: [],
    help: "how long the last run took; 0 before the first",
  },
  roster_pruned_rows_total: {
    type: "counter",
    unit: "rows",
    labels: ["table"],
    help: "rows that were deleted because they are older than they are kept: `changes`, `answers`, `nonces`, `audit_entries`",
  },
  roster_migrations_pending: {
    type: "gauge",
    unit: "migrations",
    labels: [],
    help: "migrations that this version knows and the database has not seen: it was replaced by an older one under a running server",
  },
  roster_migrations_unknown: {
    type: "gauge",
    unit: "migrations",
    labels: [],
    help: "migrations of the database that this version does not know: a newer server has started, and this one is to be replaced",
  },
  roster_database_size_bytes: {
    type: "gauge",
    unit: "bytes",
    labels: [],
    help: "the SQLite file; of PostgreSQL, the database with its indexes",
  },
  roster_sqlite_wal_size_bytes: { type: "gauge", unit: "bytes", labels: [], help: "SQLite: the write-ahead log" },
  roster_sqlite_disk_free_bytes: {
    type: "gauge",
    unit: "bytes",
    labels: [],
    help: "SQLite: room on the disk that has the file",
  },
  roster_workers_ended_total: {
    type: "counter",
    unit: "workers",
    labels: [],
    help: "with ROSTER_WORKERS: workers that ended although nobody had asked the server to, and were replaced",
  },
} as const satisfies Record<string, Definition>;
