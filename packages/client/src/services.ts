import { type Client, createClient } from "@connectrpc/connect";
import { type Account, AccountService, type ListAccountsRequestSchema } from "../gen/roster/v1/account_service_pb.js";
import { type ApiKey, ApiKeyService, type ListApiKeysRequestSchema } from "../gen/roster/v1/api_key_service_pb.js";
import {
  type AuditEntry,
  AuditService,
  type ListAuditEntriesRequestSchema,
  type WatchAuditEntriesResponse,
} from "../gen/roster/v1/audit_service_pb.js";
import { type ListSessionsRequestSchema, type Session, SessionService } from "../gen/roster/v1/session_service_pb.js";
import type { ClientContext } from "./context.ts";
import { type All, allOf } from "./pages.ts";
import { type WatchAuditOptions, watchAuditEntries } from "./watch-audit.ts";

export interface SessionsClient extends Client<typeof SessionService> {
  /** Every session that passes. */
  readonly all: All<typeof ListSessionsRequestSchema, Session>;
}

export interface AccountsClient extends Client<typeof AccountService> {
  /** Every account that passes. */
  readonly all: All<typeof ListAccountsRequestSchema, Account>;
}

export interface ApiKeysClient extends Client<typeof ApiKeyService> {
  /** Every key that passes. */
  readonly all: All<typeof ListApiKeysRequestSchema, ApiKey>;
}

export interface AuditClient extends Client<typeof AuditService> {
  /** Every entry that passes. */
  readonly all: All<typeof ListAuditEntriesRequestSchema, AuditEntry>;
  /**
   * Every entry of an account's audit log, in order, each at least once, for as long as it is read. Goes on by itself, after the last
   * message, when the stream breaks or the server restarts. Throws RESUME_TOKEN_EXPIRED when the log no longer reaches back to the token.
   */
  watch(options?: WatchAuditOptions): AsyncGenerator<WatchAuditEntriesResponse, void>;
}

export function sessionsOf({ transport }: ClientContext): SessionsClient {
  const rpcs = createClient(SessionService, transport);
  return { ...rpcs, all: allOf(rpcs.listSessions, ({ sessions }) => sessions) };
}

export function accountsOf({ transport }: ClientContext): AccountsClient {
  const rpcs = createClient(AccountService, transport);
  return { ...rpcs, all: allOf(rpcs.listAccounts, ({ accounts }) => accounts) };
}

export function apiKeysOf({ transport }: ClientContext): ApiKeysClient {
  const rpcs = createClient(ApiKeyService, transport);
  return { ...rpcs, all: allOf(rpcs.listApiKeys, ({ apiKeys }) => apiKeys) };
}

export function auditOf(context: ClientContext): AuditClient {
  const rpcs = createClient(AuditService, context.transport);
  return {
    ...rpcs,
    all: allOf(rpcs.listAuditEntries, ({ entries }) => entries),
    watch: (options = {}) => watchAuditEntries(rpcs, options, context),
  };
}
