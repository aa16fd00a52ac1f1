import { etagMismatch, type Reason, RosterError } from "../../directory/errors.ts";

/** What SCIM says of a mistake (RFC 7644, section 3.12). */
export type ScimType =
  | "invalidFilter"
  | "tooMany"
  | "uniqueness"
  | "mutability"
  | "invalidSyntax"
  | "invalidPath"
  | "noTarget"
  | "invalidValue";

const REASONS = {
  invalidFilter: "FILTER_INVALID",
  tooMany: "MESSAGE_TOO_LARGE",
  uniqueness: "EXTERNAL_ID_TAKEN",
  mutability: "FIELD_INVALID",
  invalidSyntax: "REQUEST_MALFORMED",
  invalidPath: "FIELD_INVALID",
  noTarget: "FIELD_INVALID",
  invalidValue: "FIELD_INVALID",
} as const satisfies Record<ScimType, Reason>;

/** An error of Roster's that says what SCIM calls it. */
export function scimError(scimType: ScimType, detail: string): RosterError {
  return new RosterError(REASONS[scimType], detail, { metadata: { scim_type: scimType } });
}

/** The state that the request is about is another one (If-Match, If-None-Match). */
export function preconditionFailed(etag: string): RosterError {
  return etagMismatch("User", etag);
}

/** What SCIM calls an error; undefined: it has no name for it. */
export function scimTypeOf({ reason, details }: RosterError): string | undefined {
  return details.metadata?.["scim_type"] ?? SCIM_TYPES[reason];
}

const SCIM_TYPES: Readonly<Partial<Record<Reason, ScimType>>> = {
  FIELD_INVALID: "invalidValue",
  FILTER_INVALID: "invalidFilter",
  REQUEST_MALFORMED: "invalidSyntax",
  USER_ID_TAKEN: "uniqueness",
  EMAIL_TAKEN: "uniqueness",
  EXTERNAL_ID_TAKEN: "uniqueness",
};

/** The status of an answer that fails for the reason. */
export function statusOf(reason: Reason): number {
  return STATUSES[reason] ?? BAD_REQUEST;
}

const BAD_REQUEST = 400;

const STATUSES: Readonly<Partial<Record<Reason, number>>> = {
  API_KEY_INVALID: 401,
  TOKEN_INVALID: 401,
  PERMISSION_DENIED: 403,
  ACCOUNT_SUSPENDED: 403,
  LAST_SUPER_ADMIN: 403,
  ACCOUNT_NOT_FOUND: 404,
  USER_NOT_FOUND: 404,
  METHOD_UNKNOWN: 404,
  USER_ID_TAKEN: 409,
  EMAIL_TAKEN: 409,
  EXTERNAL_ID_TAKEN: 409,
  ETAG_MISMATCH: 412,
  MESSAGE_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  TOO_MANY_LISTS: 429,
  CANCELED: 499,
  INTERNAL: 500,
  ISSUER_UNAVAILABLE: 503,
  STORE_UNAVAILABLE: 503,
  SERVER_DRAINING: 503,
  DEADLINE_EXCEEDED: 504,
};
