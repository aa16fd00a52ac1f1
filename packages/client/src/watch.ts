import type { Client } from "@connectrpc/connect";
import type { UserService, WatchUsersResponse } from "../gen/roster/v1/user_service_pb.js";
import { endless, resumed, SILENCE_MS, type StreamContext } from "./resume.ts";
import type { RetryOptions } from "./retry.ts";

/** The part of a client of UserService that watches. */
type UserWatcher = Pick<Client<typeof UserService>, "watchUsers">;

export interface WatchOptions extends RetryOptions {
  /** Default: the key's account. */
  readonly accountId?: string | undefined;
  /** Whose changes, in CEL. A copy stays right as long as the filter stays the same, from its export on. Default: everybody's. */
  readonly filter?: string | undefined;
  /** Goes on after the export or the message that had this token. Default: with the first change from now on. */
  readonly changeToken?: string | undefined;
  /** Without a token: begins with the live users that there are, as if each were created. */
  readonly withInitialState?: boolean | undefined;
}

/**
 * Every change of an account's users, in the order of their commits, each at least once, for as long as it is read:
 *
 *     for await (const { changes, changeToken } of roster.users.watch({ changeToken: … })) { … }
 *
 * Goes on by itself, after the last message, when the stream breaks or the server restarts. What is kept of `changeToken` lets
 * another process go on. Throws the server's error when trying again does not help: above all CHANGE_TOKEN_EXPIRED, after which
 * only a new export or an initial state helps.
 */
export function watchUsers(
  client: UserWatcher,
  options: WatchOptions,
  context: StreamContext,
): AsyncGenerator<WatchUsersResponse, void> {
  const { accountId = "", filter = "" } = options;
  return resumed<WatchUsersResponse>(
    (last, signal) =>
      endless(client.watchUsers({ accountId, filter, start: startOf(last?.changeToken, options) }, { signal })),
    { ...options, silenceMs: SILENCE_MS },
    context,
  );
}

function startOf(lastToken: string | undefined, { changeToken, withInitialState }: WatchOptions) {
  const value = lastToken || changeToken;
  if (value) {
    return { case: "changeToken", value } as const;
  }
  return withInitialState
    ? ({ case: "withInitialState", value: true } as const)
    : ({ case: "fromNow", value: true } as const);
}
