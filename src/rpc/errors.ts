import { create, createRegistry } from "@bufbuild/protobuf";
import { anyPack, DurationSchema, durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from "../../gen/google/rpc/error_details_pb.js";
import { type Status, StatusSchema } from "../../gen/google/rpc/status_pb.js";
import { type FieldViolation, type Reason, RosterError } from "../directory/errors.ts";
import type { Log } from "../log.ts";
import type { CallIds } from "./call-ids.ts";

/** The code of each reason: the whole of the error model, in one place. */
export const CODES: Readonly<Record<Reason, Code>> = {
  FIELD_INVALID: Code.InvalidArgument,
  FILTER_INVALID: Code.InvalidArgument,
  ORDER_BY_INVALID: Code.InvalidArgument,
  PAGE_TOKEN_INVALID: Code.InvalidArgument,
  PAGE_TOKEN_MISMATCH: Code.InvalidArgument,
  PAGE_TOKEN_EXPIRED: Code.InvalidArgument,
  RESUME_TOKEN_INVALID: Code.InvalidArgument,
  RESUME_TOKEN_MISMATCH: Code.InvalidArgument,
  RESUME_TOKEN_EXPIRED: Code.FailedPrecondition,
  CHANGE_TOKEN_INVALID: Code.InvalidArgument,
  CHANGE_TOKEN_MISMATCH: Code.InvalidArgument,
  CHANGE_TOKEN_EXPIRED: Code.FailedPrecondition,
  REQUEST_ID_REUSED: Code.InvalidArgument,
  METADATA_RULE_BROKEN: Code.FailedPrecondition,
  API_KEY_INVALID: Code.Unauthenticated,
  TOKEN_INVALID: Code.Unauthenticated,
  ISSUER_UNAVAILABLE: Code.Unavailable,
  PERMISSION_DENIED: Code.PermissionDenied,
  ACCOUNT_SUSPENDED: Code.PermissionDenied,
  ACCOUNT_NOT_FOUND: Code.NotFound,
  USER_NOT_FOUND: Code.NotFound,
  SESSION_NOT_FOUND: Code.NotFound,
  API_KEY_NOT_FOUND: Code.NotFound,
  USER_NOT_DELETED: Code.FailedPrecondition,
  USER_SUSPENDED: Code.FailedPrecondition,
  LAST_SUPER_ADMIN: Code.FailedPrecondition,
  SESSION_ENDED: Code.FailedPrecondition,
  API_KEY_REVOKED: Code.FailedPrecondition,
  ACCOUNT_NOT_EMPTY: Code.FailedPrecondition,
  DEFAULT_ACCOUNT: Code.FailedPrecondition,
  NONCE_REQUIRED: Code.FailedPrecondition,
  NONCE_INVALID: Code.FailedPrecondition,
  NONCE_USED: Code.FailedPrecondition,
  NONCE_EXPIRED: Code.FailedPrecondition,
  USER_ID_TAKEN: Code.AlreadyExists,
  EMAIL_TAKEN: Code.AlreadyExists,
  EXTERNAL_ID_TAKEN: Code.AlreadyExists,
  SESSION_ID_TAKEN: Code.AlreadyExists,
  SLUG_TAKEN: Code.AlreadyExists,
  CERTIFICATE_NAME_TAKEN: Code.AlreadyExists,
  ETAG_MISMATCH: Code.Aborted,
  STORE_UNAVAILABLE: Code.Unavailable,
  SERVER_DRAINING: Code.Unavailable,
  MESSAGE_TOO_LARGE: Code.ResourceExhausted,
  RATE_LIMITED: Code.ResourceExhausted,
  TOO_MANY_LISTS: Code.ResourceExhausted,
  TOO_MANY_STREAMS: Code.ResourceExhausted,
  REQUEST_MALFORMED: Code.InvalidArgument,
  PROTOCOL_UNSUPPORTED: Code.Unimplemented,
  METHOD_UNKNOWN: Code.Unimplemented,
  SERVICE_UNKNOWN: Code.NotFound,
  DEADLINE_EXCEEDED: Code.DeadlineExceeded,
  CANCELED: Code.Canceled,
  INTERNAL: Code.Internal,
};

/** `NOT_FOUND` for Code.NotFound. */
export function codeName(code: Code): string {
  return (Code[code] ?? "UNKNOWN").replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

/** The details that errors have. They are sent as Any, which can be written in JSON only if the types are known. */
export const DETAIL_TYPES = createRegistry(
  ErrorInfoSchema,
  RequestInfoSchema,
  BadRequestSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
);

/** What the libraries around the pipeline raise: bytes that can't be decoded, limits, deadlines. */
const LIBRARY_REASONS: ReadonlyMap<Code, Reason> = new Map([
  [Code.InvalidArgument, "REQUEST_MALFORMED"],
  [Code.ResourceExhausted, "MESSAGE_TOO_LARGE"],
  [Code.Unimplemented, "PROTOCOL_UNSUPPORTED"],
  [Code.DeadlineExceeded, "DEADLINE_EXCEEDED"],
  [Code.Canceled, "CANCELED"],
  [Code.Aborted, "CANCELED"],
]);

/** Libraries raise these as INTERNAL although the request is at fault. */
const MALFORMED = /^(parse binary: |decompression failed|received compressed envelope)/;

/** Any error as callers get it, with details. Anything unexpected becomes INTERNAL, and its cause goes to the log. */
export function toConnectError(error: unknown, ids: CallIds, log: Log): ConnectError {
  if (error instanceof RosterError) {
    return withDetails(error, ids);
  }
  return error instanceof ConnectError ? completeError(error, ids, log) : internal(error, ids, log);
}

/** An error raised by a library, with the details that all errors have. One that has them stays as it is. */
export function completeError(error: ConnectError, ids: CallIds, log: Log): ConnectError {
  if (error.findDetails(ErrorInfoSchema).length > 0) {
    return error;
  }
  if (error.code === Code.Internal && MALFORMED.test(error.rawMessage)) {
    return withDetails(new RosterError("REQUEST_MALFORMED", error.rawMessage), ids);
  }
  const reason = LIBRARY_REASONS.get(error.code);
  return reason === undefined ? internal(error, ids, log) : withDetails(new RosterError(reason, error.rawMessage), ids);
}

/** The same error as a message, for answers that carry errors of their parts. */
export function toStatus(error: RosterError): Status {
  const details = detailsOf(error).map(({ desc, value }) => anyPack(desc, create(desc, value)));
  return create(StatusSchema, { code: CODES[error.reason], message: error.message, details });
}

function withDetails(error: RosterError, ids: CallIds): ConnectError {
  const code = CODES[error.reason];
  ids.span?.fail(codeName(code), error.reason);
  const details = [...detailsOf(error), { desc: RequestInfoSchema, value: { requestId: ids.told } }];
  return new ConnectError(brief(error.message), code, undefined, details, error);
}

/** gRPC sends errors in headers, and clients cap those, many at 8 KiB in all: what a caller sent is not repeated at length. */
const MAX_TEXT_LENGTH = 400;
const MAX_FIELDS = 20;

function brief(text: string): string {
  return (text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text).toWellFormed();
}

function internal(cause: unknown, ids: CallIds, log: Log): ConnectError {
  const incident = ids.call;
  log.error({ ...ids.logged, incident, err: cause }, "internal error");
  return withDetails(new RosterError("INTERNAL", `internal error, incident ${incident}`, { metadata: { incident } }), ids);
}

function detailsOf({ reason, details }: RosterError) {
  return [
    { desc: ErrorInfoSchema, value: { reason, domain: "roster", metadata: { ...details.metadata } } },
    ...(details.fields
      ? [{ desc: BadRequestSchema, value: { fieldViolations: details.fields.slice(0, MAX_FIELDS).map(briefly) } }]
      : []),
    ...(details.resource
      ? [{ desc: ResourceInfoSchema, value: { resourceType: details.resource.type, resourceName: details.resource.name } }]
      : []),
    ...(details.retryAfter
      ? [{ desc: RetryInfoSchema, value: { retryDelay: create(DurationSchema, durationFromMs(details.retryAfter)) } }]
      : []),
  ];
}

function briefly({ field, description }: FieldViolation): { field: string; description: string } {
  return { field: brief(field), description: brief(description) };
}
