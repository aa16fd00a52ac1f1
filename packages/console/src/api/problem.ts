import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, RequestInfoSchema } from "./schema.ts";

/** What went wrong with a call, as people are told. */
export interface Problem {
  readonly message: string;
  /** Roster's reason, `EMAIL_TAKEN`. Undefined: it does not come from Roster, but from the network or something in between. */
  readonly reason: string | undefined;
  readonly fields: readonly FieldProblem[];
  /** By which the call is found in the server's log. */
  readonly requestId: string | undefined;
  /** Where in a filter it is wrong, in characters from 0. */
  readonly offset: number | undefined;
  readonly code: Code;
}

export interface FieldProblem {
  /** As in the request: `user.metadata.plan`. */
  readonly field: string;
  readonly description: string;
}

export function problemOf(error: unknown): Problem {
  const failure = ConnectError.from(error);
  const [info] = failure.findDetails(ErrorInfoSchema);
  const [bad] = failure.findDetails(BadRequestSchema);
  const [request] = failure.findDetails(RequestInfoSchema);
  const offset = info?.metadata["offset"];
  return {
    message: info === undefined ? transportMessage(failure) : failure.rawMessage,
    reason: info?.reason,
    fields: (bad?.fieldViolations ?? []).map(({ field, description }) => ({ field, description })),
    requestId: request?.requestId,
    offset: offset === undefined ? undefined : Number(offset),
    code: failure.code,
  };
}

/** The server was not reached, or something in between answered for it. */
export function isUnreachable(error: unknown): boolean {
  const { reason, code } = problemOf(error);
  return reason === undefined && UNREACHABLE.has(code);
}

/** Whether the same call may succeed in a moment. */
export function isTransient(error: unknown): boolean {
  return isUnreachable(error) || problemOf(error).code === Code.Unavailable;
}

const UNREACHABLE: ReadonlySet<Code> = new Set([
  Code.Unavailable,
  Code.Unknown,
  Code.Internal,
  Code.Aborted,
  Code.DeadlineExceeded,
]);

function transportMessage({ code, rawMessage }: ConnectError): string {
  return UNREACHABLE.has(code) ? "The server can't be reached." : rawMessage;
}
