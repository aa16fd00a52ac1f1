/** What a panel shows: queries by their legends. */
export interface Panel {
  readonly title: string;
  /** Of Grafana: `s`, `bytes`, `short`, `percentunit`, `ops` … */
  readonly unit: string;
  readonly queries: Readonly<Record<string, string>>;
  /** What to read out of it. */
  readonly description?: string;
}

/** The samples of a metric of the servers that are chosen. */
function of(metric: string, ...matchers: readonly string[]): string {
  return `${metric}{${['job="$job"', 'instance=~"$instance"', ...matchers].join(",")}}`;
}

function rate(metric: string, ...matchers: readonly string[]): string {
  return `rate(${of(metric, ...matchers)}[$__rate_interval])`;
}

function quantile(share: number, metric: string, labels: readonly string[] = [], ...matchers: readonly string[]): string {
  const by = ["le", ...labels].join(", ");
  return `histogram_quantile(${share}, sum by (${by}) (${rate(`${metric}_bucket`, ...matchers)}))`;
}

const UNARY = 'grpc_type="unary"';

/** The rows of the dashboard. */
export const ROWS: Readonly<Record<string, readonly Panel[]>> = {
  "What callers see": [
    { title: "Servers", unit: "short", queries: { "{{instance}}": of("up") } },
    { title: "Calls", unit: "ops", queries: { calls: `sum(${rate("grpc_server_started_total")})` } },
    {
      title: "Calls that fail by our fault",
      unit: "percentunit",
      queries: {
        share: `sum(${rate("roster_errors_total", 'reason=~"INTERNAL|STORE_UNAVAILABLE"')}) / sum(${rate("grpc_server_handled_total")})`,
      },
    },
    {
      title: "Time of unary calls",
      unit: "s",
      queries: {
        median: quantile(0.5, "grpc_server_handling_seconds", [], UNARY),
        p99: quantile(0.99, "grpc_server_handling_seconds", [], UNARY),
      },
    },
    {
      title: "Calls by method",
      unit: "ops",
      queries: { "{{grpc_method}}": `sum by (grpc_method) (${rate("grpc_server_started_total")}) > 0` },
    },
    {
      title: "Time of unary calls by method, 99th percentile",
      unit: "s",
      queries: {
        "{{grpc_method}}": `${quantile(0.99, "grpc_server_handling_seconds", ["grpc_method"], UNARY)} >= 0`,
      },
    },
    {
      title: "Errors by reason",
      unit: "ops",
      description: "Reasons are explained in docs/errors.md.",
      queries: { "{{reason}}": `sum by (reason) (${rate("roster_errors_total")}) > 0` },
    },
    {
      title: "Versions",
      unit: "short",
      queries: { "{{version}}, {{engine}}": `count by (version, engine) (${of("roster_build_info")})` },
    },
  ],
  "Keys and limits": [
    {
      title: "Keys and tokens refused, by cause",
      unit: "ops",
      description: "Callers are not told the cause. docs/operations.md explains each.",
      queries: { "{{cause}}": `sum by (cause) (${rate("roster_authentication_failures_total")}) > 0` },
    },
    {
      title: "Rate limits hit",
      unit: "ops",
      queries: { "{{limit}}, {{effect}}": `sum by (limit, effect) (${rate("roster_rate_limits_hit_total")}) > 0` },
    },
  ],
  "Streams and long lists": [
    {
      title: "Open streams by age",
      unit: "short",
      queries: { "{{grpc_method}}, {{age}}": `sum by (grpc_method, age) (${of("roster_open_streams")}) > 0` },
    },
    {
      title: "Streams in use, of those allowed",
      unit: "percentunit",
      queries: {
        "{{instance}}": `sum by (instance) (${of("roster_open_streams")}) / sum by (instance) (${of("roster_max_streams")})`,
      },
    },
    {
      title: "Watches: the one furthest behind",
      unit: "short",
      description: "Revisions of users, entries of audit logs. One that stays behind is read too slowly by its client.",
      queries: {
        "revisions, {{instance}}": `max by (instance) (${of("roster_watch_lag_revisions")})`,
        "entries, {{instance}}": `max by (instance) (${of("roster_audit_watch_lag_entries")})`,
      },
    },
    { title: "Long lists", unit: "short", queries: { "{{state}}": `sum by (state) (${of("roster_long_lists")})` } },
  ],
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
  "History and upkeep": [
    {
      title: "How far the history reaches back",
      unit: "s",
      description: "Watches and exports resume as far back as this.",
      queries: {
        "reaches, {{instance}}": `time() - min by (instance) (${of("roster_history_floor_timestamp_seconds")})`,
        "is to reach, {{instance}}": `max by (instance) (${of("roster_history_retention_seconds")})`,
      },
    },
    {
      title: "Revisions in the history",
      unit: "short",
      queries: { "{{instance}}": `max by (instance) (${of("roster_history_revisions")})` },
    },
    {
      title: "Since the last pruning that succeeded",
      unit: "s",
      queries: {
        "{{instance}}": `time() - max by (instance) (${of("roster_prune_last_success_timestamp_seconds")})`,
      },
    },
    {
      title: "Time of the last pruning",
      unit: "s",
      queries: { "{{instance}}": `max by (instance) (${of("roster_prune_last_duration_seconds")})` },
    },
    {
      title: "Pruning runs",
      unit: "ops",
      queries: { "{{outcome}}": `sum by (outcome) (${rate("roster_prune_runs_total")})` },
    },
    {
      title: "Rows pruned",
      unit: "ops",
      queries: { "{{table}}": `sum by (table) (${rate("roster_pruned_rows_total")})` },
    },
    {
      title: "Migrations, and what searches do not find yet",
      unit: "short",
      queries: {
        "pending, {{instance}}": `max by (instance) (${of("roster_migrations_pending")})`,
        "of a newer version, {{instance}}": `max by (instance) (${of("roster_migrations_unknown")})`,
        "revisions not found, {{instance}}": `max by (instance) (${of("roster_search_lag_revisions")})`,
      },
    },
    { title: "Accounts", unit: "short", queries: { "{{instance}}": `max by (instance) (${of("roster_accounts")})` } },
  ],
  Processes: [
    {
      title: "Processor",
      unit: "percentunit",
      queries: { "{{instance}} {{worker}}": rate("process_cpu_seconds_total") },
    },
    {
      title: "Event loop at work",
      unit: "percentunit",
      description: "Near 1, calls wait for the processor: more workers, or more servers.",
      queries: { "{{instance}} {{worker}}": rate("roster_event_loop_active_seconds_total") },
    },
    {
      title: "Event loop lag, 99th percentile",
      unit: "s",
      queries: { "{{instance}} {{worker}}": of("nodejs_eventloop_lag_p99_seconds") },
    },
    {
      title: "Garbage collection",
      unit: "percentunit",
      queries: { "{{instance}} {{worker}}": `sum by (instance, worker) (${rate("nodejs_gc_duration_seconds_sum")})` },
    },
    { title: "Memory", unit: "bytes", queries: { "{{instance}} {{worker}}": of("process_resident_memory_bytes") } },
    { title: "File descriptors", unit: "short", queries: { "{{instance}} {{worker}}": of("process_open_fds") } },
    {
      title: "Workers that ended",
      unit: "short",
      queries: { "{{instance}}": `increase(${of("roster_workers_ended_total")}[$__rate_interval])` },
    },
    {
      title: "Starts",
      unit: "short",
      queries: { "{{instance}} {{worker}}": `changes(${of("process_start_time_seconds")}[1h])` },
    },
  ],
};
