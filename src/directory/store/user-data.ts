import type { AuditEntry } from "../audit/entry.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Session } from "../sessions/session.ts";
import type { UserChange } from "../users/change.ts";
import type { User } from "../users/user.ts";
import type { Micros } from "../values/clock.ts";

/** Reads what is kept of one user. MUST find all that a purge would remove, or from which it would take out what names the user. */
export interface UserDataReader {
  /** All but the change history and the account's audit log. Undefined: there is no such user, live or deleted. */
  find(userId: string): Promise<UserData | undefined>;

  /** Changes of the user with versions after the given one, up to a revision of the account, at most `limit`; with what it was before. */
  changes(userId: string, after: number, upTo: number, limit: number): Promise<UserChange[]>;

  /** Entries of the account's audit log about the user or of what it did, after a sequence and up to another, at most `limit`. */
  auditEntries(userId: string, after: number, upTo: number, limit: number): Promise<AuditEntry[]>;
}

export interface UserData {
  readonly user: User;
  readonly sessions: readonly Session[];
  /** Without their secrets; certificate names are part of them. */
  readonly apiKeys: readonly ApiKey[];
  readonly nonces: readonly IssuedNonce[];
  readonly answers: readonly RememberedAnswer[];
  /** Of the audit logs of other accounts. */
  readonly entriesElsewhere: readonly AuditEntry[];
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
