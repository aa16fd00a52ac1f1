import type { Client } from "@connectrpc/connect";
import type { AuditService, WatchAuditEntriesResponse } from "../gen/roster/v1/audit_service_pb.js";
import { endless, resumed, SILENCE_MS, type StreamContext } from "./resume.ts";
import type { RetryOptions } from "./retry.ts";

/** The part of a client of AuditService that watches. */
type AuditWatcher = Pick<Client<typeof AuditService>, "watchAuditEntries">;

export interface WatchAuditOptions extends RetryOptions {
  /** Default: the key's account. */
  readonly accountId?: string | undefined;
  /** Which entries, in CEL. Default: all. */
  readonly filter?: string | undefined;
  /** Goes on after the message that had this token. Default: with the first entry from now on. */
  readonly resumeToken?: string | undefined;
  /** Without a token: begins with the oldest entry that is kept. */
  readonly fromStart?: boolean | undefined;
}

/**
 * Every entry of an account's audit log, in order, each at least once, for as long as it is read. Goes on by itself, after the last
 * message, when the stream breaks or the server restarts. What is kept of `resumeToken` lets another process go on. Throws the
 * server's error when trying again does not help: above all RESUME_TOKEN_EXPIRED, when the log no longer reaches back to the token.
 */
export function watchAuditEntries(
  client: AuditWatcher,
  options: WatchAuditOptions,
  context: StreamContext,
): AsyncGenerator<WatchAuditEntriesResponse, void> {
  const { accountId = "", filter = "" } = options;
  return resumed<WatchAuditEntriesResponse>(
    (last, signal) =>
      endless(client.watchAuditEntries({ accountId, filter, start: startOf(last?.resumeToken, options) }, { signal })),
    { ...options, silenceMs: SILENCE_MS },
    context,
  );
}

function startOf(lastToken: string | undefined, { resumeToken, fromStart }: WatchAuditOptions) {
  const value = lastToken || resumeToken;
  if (value) {
    return { case: "resumeToken", value } as const;
  }
  return fromStart ? ({ case: "fromStart", value: true } as const) : ({ case: "fromNow", value: true } as const);
}
