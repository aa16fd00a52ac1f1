/**
 * Every reason for which a call fails, and when. Part of the API: reasons never change, messages may. The codes they have on
 * the wire stand in `rpc/errors.ts`; `docs/errors.md` is made from both.
 */
export const REASONS = {
  FIELD_INVALID: "a field breaks a rule of the schema; `BadRequest` names each",
  REQUEST_MALFORMED: "the request can't be decoded: its JSON, protobuf, compression or deadline",
  FILTER_INVALID: "the filter can't be understood; `offset` in the metadata says where, in characters from 0",
  ORDER_BY_INVALID: "`order_by` names an unknown field or direction, or a field twice",
  PAGE_TOKEN_INVALID: "the token was not given by this directory",
  PAGE_TOKEN_MISMATCH: "the token belongs to another account, method, filter or order, or is of another kind",
  PAGE_TOKEN_EXPIRED: "the token is older than three days: begin again with the first page",
  RESUME_TOKEN_INVALID: "the token was not given by this directory",
  RESUME_TOKEN_MISMATCH: "the token belongs to another export or audit log, or is of another kind",
  RESUME_TOKEN_EXPIRED: "the history no longer reaches back to the export, or the audit log to the token: begin again",
  CHANGE_TOKEN_INVALID: "the token was not given by this directory",
  CHANGE_TOKEN_MISMATCH: "the token belongs to another account, or is of another kind",
  CHANGE_TOKEN_EXPIRED: "the history no longer reaches back to the token: begin again with an export or an initial state",
  REQUEST_ID_REUSED: "the `request_id` came with another request, or from another caller, within the last 24 hours",
  API_KEY_INVALID: "there is no key, or one that does not work, whatever the cause",
  TOKEN_INVALID: "the token is not one of a trusted issuer, has ended, or its bearer is no active user, whatever the cause",
  ISSUER_UNAVAILABLE: "the key that the token needs is not known, and its issuer can't be reached: try again",
  PERMISSION_DENIED: "the key's role, or its account, does not allow this",
  ACCOUNT_SUSPENDED: "the key's account is suspended",
  ACCOUNT_NOT_FOUND: "there is no such account; only super admins are told",
  USER_NOT_FOUND: "there is no such user, or it is deleted",
  SESSION_NOT_FOUND: "there is no such session, or its user is deleted",
  API_KEY_NOT_FOUND: "there is no such key",
  USER_ID_TAKEN: "another user of the account has this id; a deleted user keeps it until it is purged",
  EMAIL_TAKEN: "another live user of the account has this e-mail address",
  EXTERNAL_ID_TAKEN: "another live user of the account, or another open session of the user, has this external id",
  SESSION_ID_TAKEN: "another session of the account has this id",
  SLUG_TAKEN: "another account has this slug",
  CERTIFICATE_NAME_TAKEN: "another key, of this account or another, has this certificate name",
  ETAG_MISMATCH:
    "the resource has changed since the etag was read: read it again; `etag` in the metadata is the current one",
  USER_NOT_DELETED: "only a deleted user can be undeleted",
  USER_SUSPENDED: "a suspended user gets no sessions and no keys",
  LAST_SUPER_ADMIN: "no active super admin would be left",
  SESSION_ENDED: "an ended session can't be changed",
  API_KEY_REVOKED: "a revoked key can't be changed or rotated",
  METADATA_RULE_BROKEN:
    "users of the account break the `metadata_schema`, and the request does not say `force`; in the metadata, `users` says how many, and `user_ids` names up to ten",
  ACCOUNT_NOT_EMPTY: "the account has users, and the request does not say `force`",
  DEFAULT_ACCOUNT: "the account `default` can't be suspended or deleted",
  NONCE_REQUIRED: "this key must send a nonce with each change",
  NONCE_INVALID: "the nonce was not issued to this key",
  NONCE_USED: "the nonce has been used",
  NONCE_EXPIRED: "the nonce is older than 60 seconds",
  MESSAGE_TOO_LARGE: "the request is larger than `ROSTER_MAX_MESSAGE_BYTES`",
  RATE_LIMITED: "the caller, its account or its address has used up what it may do in a second: wait",
  TOO_MANY_LISTS: "the caller has as many long lists under way as one may have at a time: wait for one to end",
  TOO_MANY_STREAMS: "the server has `ROSTER_MAX_STREAMS` exports and watches open: try later, or another server",
  PROTOCOL_UNSUPPORTED: "the content type, HTTP verb or compression is not spoken here",
  METHOD_UNKNOWN: "there is no such method",
  SERVICE_UNKNOWN: "a health check asks for a service that is not served",
  DEADLINE_EXCEEDED: "the caller's deadline has passed",
  CANCELED: "the caller has gone",
  STORE_UNAVAILABLE: "the database can't be reached or written, or the server's folder for temporary files: try again",
  SERVER_DRAINING: "the server is shutting down: try again, streams with their last token",
  INTERNAL: "a defect; the incident id is in the message and the metadata, the cause is in the server's log",
} as const;

/** Why a call failed. */
export type Reason = keyof typeof REASONS;

/** A field that breaks a rule. `field` is a path as in the schema: `user.display_name`, `keys[3].id`. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** The resource that an error is about. `type` is a message name of the schema: `roster.v1.User`. */
export interface Resource {
  readonly type: string;
  readonly name: string;
}

interface Details {
  /** Facts for programs, beside the reason. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly fields?: readonly FieldViolation[];
  readonly resource?: Resource;
  /** Milliseconds after which trying again may help. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** Every error that a caller is meant to see. Anything else that is thrown is a defect, and reaches the caller as INTERNAL. */
export class RosterError extends Error {
  override readonly name = "RosterError";
  readonly reason: Reason;
  readonly details: Details;

  constructor(reason: Reason, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.reason = reason;
    this.details = details;
  }
}

export function invalidFields(fields: readonly FieldViolation[]): RosterError {
  const message = fields.map(({ field, description }) => `${field}: ${description}`).join("; ");
  return new RosterError("FIELD_INVALID", message, { fields });
}

export function invalidField(field: string, description: string): RosterError {
  return invalidFields([{ field, description }]);
}

export type ResourceType = "Account" | "ApiKey" | "Session" | "User";

const NOT_FOUND = {
  Account: "ACCOUNT_NOT_FOUND",
  ApiKey: "API_KEY_NOT_FOUND",
  Session: "SESSION_NOT_FOUND",
  User: "USER_NOT_FOUND",
} as const satisfies Record<ResourceType, Reason>;

const NOUNS: Readonly<Record<ResourceType, string>> = {
  Account: "account",
  ApiKey: "API key",
  Session: "session",
  User: "user",
};

/** `name` is what the resource was looked for by. */
export function notFound(type: ResourceType, name: string): RosterError {
  const resource = { type: `roster.v1.${type}`, name };
  return new RosterError(NOT_FOUND[type], `there is no such ${NOUNS[type]}`, { resource });
}

const TAKEN = {
  USER_ID_TAKEN: { type: "roster.v1.User", message: "another user of the account has this id" },
  EMAIL_TAKEN: { type: "roster.v1.User", message: "another user of the account has this e-mail address" },
  EXTERNAL_ID_TAKEN: { type: "roster.v1.User", message: "another user of the account has this external id" },
  SESSION_ID_TAKEN: { type: "roster.v1.Session", message: "another session of the account has this id" },
  SLUG_TAKEN: { type: "roster.v1.Account", message: "another account has this slug" },
  CERTIFICATE_NAME_TAKEN: { type: "roster.v1.ApiKey", message: "another key has this certificate name" },
} as const;

/** `name` is the id of what has the key already. */
export function taken(reason: keyof typeof TAKEN, name: string): RosterError {
  const { type, message } = TAKEN[reason];
  return new RosterError(reason, message, { resource: { type, name } });
}

/** `etag` is the current one, if there is any. */
export function etagMismatch(type: ResourceType, etag: string | undefined): RosterError {
  const metadata = etag === undefined ? {} : { etag };
  return new RosterError("ETAG_MISMATCH", `the ${NOUNS[type]} has changed since the etag was read`, { metadata });
}

/** So many users break a rule that an account is to have; `userIds` names some of them. */
export function metadataRuleBroken({
  count,
  userIds = [],
}: {
  readonly count: number;
  readonly userIds?: readonly string[];
}) {
  const metadata = { users: String(count), user_ids: userIds.join(" ") };
  const message = `${count} users break the metadata_schema; \`force\` lets them be until their metadata is next written`;
  return new RosterError("METADATA_RULE_BROKEN", message, { metadata });
}

export function permissionDenied(message: string): RosterError {
  return new RosterError("PERMISSION_DENIED", message);
}

/** What is wrong with a database: it does not answer, or it answers and takes no writes. */
export type Outage = "unreachable" | "unwritable";

const OUTAGES: Readonly<Record<Outage, string>> = {
  unreachable: "the database can't be reached; try again",
  unwritable: "the database can't be written; try again",
};

export function storeUnavailable(outage: Outage, cause: unknown): RosterError {
  return new RosterError("STORE_UNAVAILABLE", OUTAGES[outage], { retryAfter: 1_000, cause });
}

/** `token` is the field that a stream goes on with elsewhere. */
export function serverDraining(token: string): RosterError {
  return new RosterError("SERVER_DRAINING", `the server is shutting down; resume with the last ${token}`, {
    retryAfter: 1_000,
  });
}
