/** What is the same wherever it runs. */
export type { TokenSource } from "./authorization.ts";
export type { RosterClient } from "./client.ts";
export type { ClientTls, RosterClientOptions, ServerAddress } from "./context.ts";
export { type FieldViolation, RosterError } from "./errors.ts";
export type { ChunksOptions, UserChunk } from "./export.ts";
export type { BadRow, ImportCounts, ImportOptions, ImportResult, NewUser, NewUsers } from "./import.ts";
export * from "./messages.ts";
export type { All, ListQuery } from "./pages.ts";
export type { Reason } from "./reasons.ts";
export type { ReplicaChange, ReplicaOptions, UserReplica } from "./replica/replica.ts";
export type { ReplicaState, ReplicaStore, StoredChange } from "./replica/store.ts";
export { isTransient, type RetryOptions, type RetryPolicy, withRetry } from "./retry.ts";
export type { AccountsClient, ApiKeysClient, AuditClient, SessionsClient } from "./services.ts";
export type { UsersClient } from "./users.ts";
export type { RosterUsersClient } from "./users-client.ts";
export type { WatchOptions } from "./watch.ts";
export type { WatchAuditOptions } from "./watch-audit.ts";
