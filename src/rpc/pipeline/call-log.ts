import type { DescMethod } from "@bufbuild/protobuf";
import { Code, type ConnectError } from "@connectrpc/connect";
import { RosterError } from "../../directory/errors.ts";
import { apiKeyIdOf, type Caller } from "../../directory/keys/api-key.ts";
import type { CallLogMode, Log } from "../../log.ts";
import { idsOf } from "../call-ids.ts";
import { methodName } from "../permissions/permissions.ts";
import type { CallContext } from "./call.ts";
import { peerOf } from "./peer.ts";

export interface CallLogOptions {
  readonly mode: CallLogMode;
  readonly slowMs: number;
}

/** The error that a call has ended with; undefined: none. */
export type Outcome = Pick<ConnectError, "code" | "cause"> | undefined;

/** A call that has ended. */
export interface EndedCall {
  readonly method: DescMethod;
  readonly context: CallContext;
  /** Undefined: it was not let in. */
  readonly caller: Caller | undefined;
  readonly milliseconds: number;
  readonly outcome: Outcome;
}

/** Logs a call if it is one of those that are logged: what was called, by whom and how it went, nothing of what was said. */
export type LogCall = (call: EndedCall) => void;

export function createCallLog({ mode, slowMs }: CallLogOptions, log: Log): LogCall {
  return (call) => {
    if (isLogged(call, mode, slowMs)) {
      log.info(lineOf(call), "call");
    }
  };
}

function isLogged({ method, milliseconds, outcome }: EndedCall, mode: CallLogMode, slowMs: number): boolean {
  if (mode === "off" || mode === "all") {
    return mode === "all";
  }
  const failed = outcome !== undefined && outcome.code !== Code.Canceled;
  return failed || (mode === "slow" && method.methodKind === "unary" && milliseconds > slowMs);
}

// No message of an error: it may quote the request. No subject of a token: it may be an e-mail address.
function lineOf({ method, context, caller, milliseconds, outcome }: EndedCall) {
  const credential = caller?.credential;
  return {
    ...idsOf(context).logged,
    method: methodName(method),
    code: outcome === undefined ? "OK" : Code[outcome.code],
    reason: outcome?.cause instanceof RosterError ? outcome.cause.reason : undefined,
    milliseconds: Math.round(milliseconds * 1000) / 1000,
    account: caller?.accountId,
    key: caller && (apiKeyIdOf(caller) ?? undefined),
    issuer: credential?.kind === "token" ? credential.issuer : undefined,
    peer: peerOf(context).address,
  };
}
