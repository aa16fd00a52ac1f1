import type { ConnectError } from "@connectrpc/connect";
import { RosterError } from "../../directory/errors.ts";
import { Refused } from "../../directory/keys/refusal.ts";
import { messageOf } from "../../directory/values/cause.ts";
import type { Log } from "../../log.ts";
import type { CallIds } from "../call-ids.ts";
import { toConnectError } from "../errors.ts";

/** What a caller gets for what was thrown. Why a token was refused only the log is told. */
export function failureOf(error: unknown, ids: CallIds, log: Log): ConnectError {
  const refused = refusalOfToken(error)?.cause;
  if (refused instanceof Refused) {
    const { cause = refused } = refused;
    log.info(
      { ...ids.logged, cause: cause instanceof RosterError ? cause.reason : messageOf(cause) },
      "a token was refused",
    );
  }
  return toConnectError(error, ids, log);
}

/** It may be behind an error that says that too many were refused. */
function refusalOfToken(error: unknown): RosterError | undefined {
  if (!(error instanceof RosterError)) {
    return undefined;
  }
  return error.reason === "TOKEN_INVALID" ? error : refusalOfToken(error.cause);
}
