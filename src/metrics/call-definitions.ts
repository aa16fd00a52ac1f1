import { SECONDS } from "./buckets.ts";
import type { Definition } from "./metric.ts";

const METHOD = ["grpc_service", "grpc_method", "grpc_type"] as const;

/** Of calls. Names, labels and codes are those of gRPC servers in other languages, so that dashboards for them show Roster, too. */
export const CALL_DEFINITIONS = {
  grpc_server_started_total: { type: "counter", unit: "calls", labels: METHOD, help: "calls that began" },
  grpc_server_handled_total: {
    type: "counter",
    unit: "calls",
    labels: [...METHOD, "grpc_code"],
    help: "calls that ended, by code: `OK`, `NotFound`, `Unauthenticated` …",
  },
  grpc_server_handling_seconds: {
    type: "histogram",
    unit: "seconds",
    labels: METHOD,
    help: "from the decoded request to the answer; of streams, to their end",
    buckets: SECONDS,
  },
  roster_errors_total: {
    type: "counter",
    unit: "calls",
    labels: ["reason"],
    help: "calls that ended with an error, by the reason that callers are told (docs/errors.md)",
  },
  roster_open_streams: {
    type: "gauge",
    unit: "streams",
    labels: [...METHOD, "age"],
    help: "exports and watches that are open, by how long they have been: `0-1m`, `1m-10m`, `10m-1h`, `1h-1d`, `1d-`",
  },
  roster_max_streams: {
    type: "gauge",
    unit: "streams",
    labels: [],
    help: "how many may be open: ROSTER_MAX_STREAMS, of a worker its part",
  },
  roster_watch_lag_revisions: {
    type: "gauge",
    unit: "revisions",
    labels: [],
    help: "how far the watch of users that is furthest behind is behind its account",
  },
  roster_audit_watch_lag_entries: {
    type: "gauge",
    unit: "entries",
    labels: [],
    help: "how far the watch of an audit log that is furthest behind is behind its log",
  },
  roster_long_lists: {
    type: "gauge",
    unit: "lists",
    labels: ["state"],
    help: "lists that may look at many rows: `running`, or `waiting` for others of the same caller",
  },
  roster_authentication_failures_total: {
    type: "counter",
    unit: "calls",
    labels: ["cause"],
    help: "calls whose key, token or certificate was refused, by the cause, which callers are not told",
  },
  roster_rate_limits_hit_total: {
    type: "counter",
    unit: "calls, messages",
    labels: ["limit", "effect"],
    help: "`refused` calls and `delayed` messages of streams, by whose limit it was: `key`, `token`, `account`, `address`",
  },
} as const satisfies Record<string, Definition>;
