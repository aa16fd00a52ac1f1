/** What is the same wherever it runs. */
export type { ClientTls, RosterClient, RosterClientOptions } from "./client.ts";
export { callId, errorReason, fieldViolations } from "./errors.ts";
export { type ExportChunk, type ExportOptions, exportChunks, exportUsers, type UserExporter } from "./export.ts";
export * from "./messages.ts";
export { DEFAULT_RETRY_POLICY, isTransient, type RetryOptions, type RetryPolicy, withRetry } from "./retry.ts";
export { type UserWatcher, type WatchOptions, watchUsers } from "./watch.ts";
export { type AuditWatcher, type WatchAuditOptions, watchAuditEntries } from "./watch-audit.ts";
