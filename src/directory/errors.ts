/** Why a call failed. Part of the API: reasons never change, messages may. */
export type Reason =
  | "FIELD_INVALID"
  | "FILTER_INVALID"
  | "ORDER_BY_INVALID"
  | "PAGE_TOKEN_INVALID"
  | "PAGE_TOKEN_MISMATCH"
  | "PAGE_TOKEN_EXPIRED"
  | "RESUME_TOKEN_INVALID"
  | "RESUME_TOKEN_MISMATCH"
  | "RESUME_TOKEN_EXPIRED"
  | "CHANGE_TOKEN_INVALID"
  | "CHANGE_TOKEN_MISMATCH"
  | "CHANGE_TOKEN_EXPIRED"
  | "REQUEST_ID_REUSED"
  | "API_KEY_INVALID"
  | "PERMISSION_DENIED"
  | "ACCOUNT_SUSPENDED"
  | "ACCOUNT_NOT_FOUND"
  | "USER_NOT_FOUND"
  | "SESSION_NOT_FOUND"
  | "API_KEY_NOT_FOUND"
  | "USER_NOT_DELETED"
  | "USER_SUSPENDED"
  | "LAST_SUPER_ADMIN"
  | "SESSION_ENDED"
  | "API_KEY_REVOKED"
  | "ACCOUNT_NOT_EMPTY"
  | "DEFAULT_ACCOUNT"
  | "NONCE_REQUIRED"
  | "NONCE_INVALID"
  | "NONCE_USED"
  | "NONCE_EXPIRED"
  | "USER_ID_TAKEN"
  | "EMAIL_TAKEN"
  | "EXTERNAL_ID_TAKEN"
  | "SESSION_ID_TAKEN"
  | "SLUG_TAKEN"
  | "ETAG_MISMATCH"
  | "STORE_UNAVAILABLE"
  | "SERVER_DRAINING"
  | "MESSAGE_TOO_LARGE"
  | "TOO_MANY_STREAMS"
  | "REQUEST_MALFORMED"
  | "PROTOCOL_UNSUPPORTED"
  | "METHOD_UNKNOWN"
  | "SERVICE_UNKNOWN"
  | "DEADLINE_EXCEEDED"
  | "CANCELED"
  | "INTERNAL";

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

export function permissionDenied(message: string): RosterError {
  return new RosterError("PERMISSION_DENIED", message);
}

export function storeUnavailable(cause: unknown): RosterError {
  return new RosterError("STORE_UNAVAILABLE", "the database can't be reached; try again", { retryAfter: 1_000, cause });
}

/** `token` is the field that a stream goes on with elsewhere. */
export function serverDraining(token: string): RosterError {
  return new RosterError("SERVER_DRAINING", `the server is shutting down; resume with the last ${token}`, {
    retryAfter: 1_000,
  });
}
