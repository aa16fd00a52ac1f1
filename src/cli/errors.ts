import { Code, ConnectError } from "@connectrpc/connect";
import { errorReason } from "../client/index.ts";

/** The command was called the wrong way. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command was called the right way and failed; the message says all there is to say. Exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** `NOT_FOUND USER_NOT_FOUND: there is no such user`; or that no server can be reached. */
export function explain(cause: unknown, baseUrl: string): string {
  const error = ConnectError.from(cause);
  const reason = errorReason(error);
  return reason === undefined && error.code === Code.Unavailable
    ? `can't reach the server at ${baseUrl} (${error.rawMessage})`
    : `${codeName(error.code)}${reason === undefined ? "" : ` ${reason}`}: ${error.rawMessage}`;
}

/** `NOT_FOUND` for Code.NotFound. */
export function codeName(code: Code): string {
  return (Code[code] ?? "UNKNOWN").replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

/** The code of an error of Node's own libraries: `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
