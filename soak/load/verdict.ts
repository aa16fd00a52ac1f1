import { Code, ConnectError } from "@connectrpc/connect";
import { RosterError } from "@roster/client";

/** What Roster says when it, or its database, is away for a while. */
const PASSING_REASONS = ["STORE_UNAVAILABLE", "SERVER_DRAINING", "CANCELED", "DEADLINE_EXCEEDED", "TOO_MANY_STREAMS"];
/** What a transport says when a connection breaks: Roster gives a reason with each of its errors. */
const PASSING_CODES = [Code.Unavailable, Code.Canceled, Code.Aborted, Code.Internal, Code.Unknown, Code.DeadlineExceeded];

/** `passing`: try again, it may have happened. `refused`: it has not. `defect`: no caller may ever get this. */
export function verdictOf(error: unknown): "passing" | "refused" | "defect" {
  if (!(error instanceof ConnectError)) {
    return isBrokenConnection(error) ? "passing" : "defect";
  }
  const reason = RosterError.from(error).reason;
  if (reason === undefined) {
    return PASSING_CODES.includes(error.code) && !/internal error/.test(error.rawMessage) ? "passing" : "defect";
  }
  if (reason === "INTERNAL") return "defect";
  return PASSING_REASONS.includes(reason) ? "passing" : "refused";
}

function isBrokenConnection(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^E[A-Z]+$|^ERR_(HTTP2|STREAM)/.test(String(error.code));
}
