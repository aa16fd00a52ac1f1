import { setImmediate } from "node:timers/promises";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListUserChangesRequest,
  ListUserChangesResponseSchema,
  UserService,
} from "../../../gen/roster/v1/user_service_pb.js";
import type { Store } from "../../directory/store/store.ts";
import { afterRevision, readChanges } from "../../directory/users/changes.ts";
import type { Call } from "../pipeline/call.ts";
import type { Tokens } from "../wire/tokens.ts";
import { FILTERED_LIMIT, MAX_FILTERED_PAGES, parseChangeFilter, toMessagePage } from "./change-pages.ts";

export const DEFAULT_CHANGE_PAGE_SIZE = 500;
export const MAX_CHANGE_PAGE_SIZE = 1000;

/** With a filter that few changes pass, an answer covers several pages of the history, up to a limit. */
export async function listUserChanges(
  store: Store,
  tokens: Tokens,
  request: ListUserChangesRequest,
  { accountId, caller, assertAwaited }: Call<(typeof UserService)["method"]["listUserChanges"]>,
): Promise<MessageInitShape<typeof ListUserChangesResponseSchema>> {
  const filter = parseChangeFilter(request.filter, caller);
  const limit = Math.min(request.pageSize || DEFAULT_CHANGE_PAGE_SIZE, MAX_CHANGE_PAGE_SIZE);
  const query = { limit: filter === undefined ? limit : FILTERED_LIMIT, withBefore: filter !== undefined };
  let position =
    request.changeToken === ""
      ? await store.read(accountId, async ({ account }) => afterRevision(account.revision))
      : tokens.openChange(accountId, request.changeToken);
  for (let pages = 1; ; pages += 1) {
    const page = await readChanges(store, accountId, position, query);
    const { changes, end, changeToken, done } = toMessagePage(tokens, accountId, page, { limit, filter });
    if (changes.length > 0 || done || pages === MAX_FILTERED_PAGES) {
      return { changes: [...changes], changeToken, caughtUp: done };
    }
    position = end;
    // Reading a page blocks the event loop: let other calls run in between.
    await setImmediate();
    assertAwaited();
  }
}
