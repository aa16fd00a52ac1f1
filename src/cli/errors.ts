import { Code, ConnectError } from "@connectrpc/connect";
import { RosterError } from "@roster/client";
import { codeName } from "../rpc/errors.ts";
import { EXIT_CODES, type Outcome } from "./exit-codes.ts";

/** The command was called the wrong way. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly exitCode = EXIT_CODES.usage.code;
}

interface CommandErrorOptions extends ErrorOptions {
  readonly outcome?: Outcome;
}

/** The command was called the right way and failed; the message says all there is to say, and what to do next. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;

  constructor(message: string, { outcome = "failed", ...options }: CommandErrorOptions = {}) {
    super(message, options);
    this.exitCode = EXIT_CODES[outcome].code;
  }
}

/** `NOT_FOUND USER_NOT_FOUND: there is no such user (call 0b5c…)`; or that no server can be reached. */
export function explain(cause: unknown, baseUrl: string): string {
  const error = ConnectError.from(cause);
  if (isOfNetwork(error)) {
    return `can't reach the server at ${baseUrl} (${error.rawMessage.replace(OPENSSL, "$1").trim()})`;
  }
  const [reason, call] = [RosterError.from(error).reason, RosterError.from(error).callId];
  const subject = reason === undefined ? codeName(error.code) : `${codeName(error.code)} ${reason}`;
  return `${subject}: ${error.rawMessage}${call === undefined ? "" : ` (call ${call})`}`;
}

/** What OpenSSL says stands in between of where it says so. */
const OPENSSL = /^\w+:error:\w+:SSL routines:[^:]*:([^:\n]+).*$/s;

const NETWORK_CODES = [Code.Unavailable, Code.Internal, Code.Unknown];

/** Whether no answer has come: every answer of Roster has a reason. */
export function isOfNetwork(error: ConnectError): boolean {
  return RosterError.from(error).reason === undefined && NETWORK_CODES.includes(error.code);
}
