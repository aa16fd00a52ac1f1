/** What other TypeScript code imports: clients of Roster's services, and exports and watches that survive broken connections. */
export * from "../../gen/roster/v1/account_service_pb.js";
export * from "../../gen/roster/v1/api_key_service_pb.js";
export * from "../../gen/roster/v1/audit_service_pb.js";
export * from "../../gen/roster/v1/server_service_pb.js";
export * from "../../gen/roster/v1/session_service_pb.js";
export * from "../../gen/roster/v1/user_data_service_pb.js";
export * from "../../gen/roster/v1/user_pb.js";
export * from "../../gen/roster/v1/user_service_pb.js";
export { type ClientTls, createRosterClient, type RosterClient, type RosterClientOptions } from "./client.ts";
export { callId, errorReason, fieldViolations } from "./errors.ts";
export { type ExportChunk, type ExportOptions, exportChunks, exportUsers, type UserExporter } from "./export.ts";
export { DEFAULT_RETRY_POLICY, isTransient, type RetryOptions, type RetryPolicy, withRetry } from "./retry.ts";
export { type UserWatcher, type WatchOptions, watchUsers } from "./watch.ts";
export { type AuditWatcher, type WatchAuditOptions, watchAuditEntries } from "./watch-audit.ts";
