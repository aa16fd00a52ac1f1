import { durationMs } from "@bufbuild/protobuf/wkt";
import { type Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from "../gen/google/rpc/error_details_pb.js";
import type { Reason } from "./reasons.ts";

/** A field of the request that breaks a rule. `field` is a path as in the schema: `user.display_name`. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/**
 * Every call that fails throws one. It is a ConnectError, with the code and the message, that knows what Roster says beside them. Its
 * `name` is that of a ConnectError, too: by that, Connect knows its own.
 */
export class RosterError extends ConnectError {
  /**
   * Why the call failed, such as `USER_NOT_FOUND`. Undefined: this is no answer of Roster, but of the network, or of something in between. A
   * server that is newer than this client may give reasons that its type does not list.
   */
  readonly reason: Reason | undefined;
  /** Facts for programs, beside the reason: the `etag` that would have been right, the `offset` of a mistake in a filter. */
  readonly facts: Readonly<Record<string, string>>;

  constructor(error: ConnectError) {
    super(error.rawMessage, error.code, error.metadata, undefined, error.cause);
    this.details = error.details;
    const [info] = this.findDetails(ErrorInfoSchema);
    this.reason = info?.reason as Reason | undefined;
    this.facts = info?.metadata ?? {};
  }

  /** The error itself, or whatever else was thrown as an error of this kind. */
  static override from(thrown: unknown, code?: Code): RosterError {
    return thrown instanceof RosterError ? thrown : new RosterError(ConnectError.from(thrown, code));
  }

  /** Connect would take any of its errors for one. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(RosterError, value);
  }

  /** The fields of the request that the error is about. */
  get fields(): FieldViolation[] {
    return this.findDetails(BadRequestSchema).flatMap((details) =>
      details.fieldViolations.map(({ field, description }) => ({ field, description })),
    );
  }

  /** What the call is found by in the logs and traces of the server. */
  get callId(): string | undefined {
    const [info] = this.findDetails(RequestInfoSchema);
    return info?.requestId;
  }

  /** How long to wait before another attempt, in milliseconds, where the server says so. */
  get retryAfterMs(): number | undefined {
    const [info] = this.findDetails(RetryInfoSchema);
    return info?.retryDelay && durationMs(info.retryDelay);
  }
}
