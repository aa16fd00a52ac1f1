import type { IncomingHttpHeaders } from "node:http";

export type Attributes = Readonly<Record<string, string | number>>;

/** A call that is traced, or a part of it. Calls that are not traced have none. */
export interface Span {
  /** Begins a part. */
  begin(name: string): Span;
  /** Adds a part that has just ended. */
  add(name: string, milliseconds: number, attributes: Attributes): void;
  /** Runs work as this part: what it begins by way of `Tracer.current` is a part of this one. */
  run<T>(work: () => T): T;
  end(failure?: unknown): void;
}

/** A call on its way through the server. */
export interface CallSpan extends Span {
  readonly traceId: string;
  /** Who calls: the ids of an account and of a key. */
  letIn(accountId: string, keyId: string | undefined): void;
  /** The answer is made, and is now encoded. */
  answer(): void;
  /** The answer is encoded. */
  encoded(): void;
  /** One more message of a stream has gone out. */
  message(): void;
  /** The code is that of gRPC, as `NOT_FOUND`. */
  fail(code: string, reason: string): void;
}

/** A call that begins. */
export interface IncomingCall {
  /** `roster.v1.UserService/GetUser` */
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Of the caller. */
  readonly address: string;
  /** How it came, if by none of the protocols that the content type tells. */
  readonly system?: "scim";
}

export interface Tracer {
  /** Undefined: the call is none of those that are traced. */
  beginCall(call: IncomingCall): CallSpan | undefined;
  /** What runs now, if it is part of a call that is traced. */
  current(): Span | undefined;
  /** Runs work that is part of no call, whoever has set it off. */
  apart<T>(work: () => T): T;
}
