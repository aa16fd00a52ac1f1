import { of, quantile, type Rows, rate } from "./panel.ts";

const UNARY = 'grpc_type="unary"';

/** Of calls. */
export const CALL_ROWS: Rows = {
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
};
