import type { Micros } from "../values/clock.ts";

/** What was done. */
export const AUDIT_ACTIONS = [
  "CREATED",
  "UPDATED",
  "DELETED",
  "UNDELETED",
  "PURGED",
  "ENDED",
  "ROTATED",
  "REVOKED",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const AUDIT_RESOURCES = ["USER", "SESSION", "API_KEY", "ACCOUNT"] as const;
export type AuditResource = (typeof AUDIT_RESOURCES)[number];

export const AUDIT_OUTCOMES = ["DONE", "REFUSED"] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** What was called, and from where. */
export interface CallPlace {
  /** The IP address; the empty text: not known. */
  readonly address: string;
  /** Full name: `roster.v1.UserService/CreateUser`. */
  readonly method: string;
}

/** Who made a call, and from where. */
export interface CallSource extends CallPlace {
  /** The caller's. */
  readonly accountId: string;
  /** Null for a token whose bearer is yet to become a user. */
  readonly userId: string | null;
  /** Null for one that has shown a key. */
  readonly token: { readonly issuer: string; readonly subject: string } | null;
}

/** What a change was about. */
export interface AuditedChange {
  readonly action: AuditAction;
  readonly resource: AuditResource;
  /** Null where one entry tells of several. */
  readonly resourceId: string | null;
  /** The user that the resource is, or belongs to. */
  readonly userId: string | null;
  /** Names in the schema. */
  readonly changedFields?: readonly string[];
  /** How many resources were changed. Default: one. */
  readonly count?: number;
}

/** Calls that were refused. */
export interface AuditedRefusal {
  /** Null: not known, or several. */
  readonly resource: AuditResource | null;
  readonly resourceId: string | null;
  readonly userId: string | null;
  /** How many. */
  readonly count: number;
  /** Why, for people. */
  readonly refusal: string;
}

/** One line of the audit log of an account. */
export interface AuditEntry {
  readonly accountId: string;
  /** +1 with each entry of the account, in the order of the commits. */
  readonly sequence: number;
  readonly time: Micros;
  /** Null: the server itself. */
  readonly method: string | null;
  /** Null: the account itself. */
  readonly callerAccountId: string | null;
  readonly callerUserId: string | null;
  readonly apiKeyId: string | null;
  readonly tokenIssuer: string | null;
  readonly tokenSubject: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
  readonly outcome: AuditOutcome;
  /** Null for what was refused. */
  readonly action: AuditAction | null;
  /** Null: not known, of what was refused. */
  readonly resource: AuditResource | null;
  readonly resourceId: string | null;
  readonly userId: string | null;
  readonly changedFields: readonly string[];
  /** How many resources were changed, or calls refused. */
  readonly count: number;
  /** Why it was refused; null: it was not. */
  readonly refusal: string | null;
}
