import type { MessageInitShape } from "@bufbuild/protobuf";
import type { UserService, WatchUsersRequest, WatchUsersResponseSchema } from "../../../gen/roster/v1/user_service_pb.js";
import { serverDraining } from "../../directory/errors.ts";
import type { Store } from "../../directory/store/store.ts";
import { afterRevision, beforeState, type ChangePosition } from "../../directory/users/changes.ts";
import type { StreamCall } from "../pipeline/call.ts";
import type { Tokens } from "../wire/tokens.ts";
import type { ChangeHub } from "./change-hub.ts";
import { MAX_FILTERED_PAGES, parseChangeFilter } from "./change-pages.ts";

type Response = MessageInitShape<typeof WatchUsersResponseSchema>;

/** What watches share. */
export interface Watching {
  readonly hub: ChangeHub;
  /** How often an idle stream sends a message. */
  readonly heartbeatMs: number;
}

/** Sends the account's changes in messages, each with a token that goes on after it; then waits for more. */
export async function* watchUsers(
  { store, tokens, watching }: { readonly store: Store; readonly tokens: Tokens; readonly watching: Watching },
  request: WatchUsersRequest,
  { accountId, caller, draining, signal, assertAwaited }: StreamCall<(typeof UserService)["method"]["watchUsers"]>,
): AsyncGenerator<Response> {
  const { hub, heartbeatMs } = watching;
  const filter = parseChangeFilter(request.filter, caller);
  const watcher = hub.follow(accountId);
  try {
    const goal = await store.read(accountId, async ({ account }) => account.revision);
    let position = startOf(request, goal, (token) => tokens.openChange(accountId, token));
    let caughtUp = false;
    let due = performance.now() + heartbeatMs;
    let passedOver = 0;
    watcher.isAt(position.revision);
    for (;;) {
      const { changes, end, changeToken, done } = await watcher.feed.read(position, filter);
      position = end;
      passedOver += done ? 0 : 1;
      const arrived: boolean = !caughtUp && end.stateAfter === null && end.revision >= goal;
      caughtUp ||= arrived;
      if (changes.length > 0 || arrived || passedOver >= MAX_FILTERED_PAGES || performance.now() >= due) {
        yield { changes: [...changes], changeToken, caughtUp };
        due = performance.now() + heartbeatMs;
        passedOver = 0;
      }
      watcher.isAt(position.revision);
      if (done && !draining.aborted) {
        await watcher.wait(position.revision, Math.max(0, due - performance.now()), signal);
      }
      assertAwaited();
      if (draining.aborted) {
        throw serverDraining("change_token");
      }
    }
  } finally {
    watcher.close();
  }
}

function startOf({ start }: WatchUsersRequest, now: number, open: (token: string) => ChangePosition): ChangePosition {
  switch (start.case) {
    case "changeToken":
      return open(start.value);
    case "withInitialState":
      return beforeState(now);
    default:
      return afterRevision(now);
  }
}
