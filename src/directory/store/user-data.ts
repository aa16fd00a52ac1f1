import type { AuditEntry } from "../audit/entry.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Session } from "../sessions/session.ts";
import type { UserChange } from "../users/change.ts";
import type { Micros } from "../values/clock.ts";

/**
 * Reads what is kept of one user, live or deleted. MUST find all that a purge would remove, or from which it would take out what names
 * the user. What is iterated over MUST be read some rows at a time, and can be read only while the view is.
 */
export interface UserDataReader {
  /** In the order of their creation. */
  sessions(userId: string): AsyncIterable<Session>;

  /** Without their secrets; certificate names are part of them. */
  apiKeys(userId: string): AsyncIterable<ApiKey>;

  nonces(userId: string): AsyncIterable<IssuedNonce>;

  answers(userId: string): AsyncIterable<RememberedAnswer>;

  /** Entries in the audit logs of other accounts, of what the user did there. */
  entriesElsewhere(userId: string): AsyncIterable<AuditEntry>;

  /** Changes of the user with versions after the given one, up to a revision of the account, at most `limit`; with what it was before. */
  changes(userId: string, after: number, upTo: number, limit: number): Promise<UserChange[]>;

  /** Entries of the account's audit log about the user or of what it did, after a sequence and up to another, at most `limit`. */
  auditEntries(userId: string, after: number, upTo: number, limit: number): Promise<AuditEntry[]>;
}

export interface IssuedNonce {
  readonly keyId: string;
  readonly expireTime: Micros;
  readonly useTime: Micros | null;
}

export interface RememberedAnswer {
  readonly method: string;
  readonly requestId: string;
  readonly createTime: Micros;
  readonly response: Uint8Array;
}
