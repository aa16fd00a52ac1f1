import { of, type Rows, rate } from "./panel.ts";

/** Of what goes on behind the calls. */
export const UPKEEP_ROWS: Rows = {
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
