import { setImmediate } from "node:timers/promises";
import type { Store } from "../../directory/store/store.ts";
import { type ChangePage, type ChangePosition, readChanges } from "../../directory/users/changes.ts";
import type { Tokens } from "../wire/tokens.ts";
import { type ChangeFilter, FILTERED_LIMIT, type MessagePage, toMessagePage } from "./change-pages.ts";
import { createSingleFlightCache } from "./single-flight-cache.ts";
import { createWaitingRoom, type WaitingRoom } from "./waiting-room.ts";

/** The changes of one account, for all who watch it on this server. The number that they wait for is its revision. */
export interface AccountFeed extends WaitingRoom {
  /** The changes after the position that pass the filter. Watchers at one position share what is read, those with one filter also the message. */
  readonly read: (position: ChangePosition, filter?: ChangeFilter) => Promise<MessagePage>;
}

const MAX_PAGE = 500;
const MIN_PAGE = 16;
/** Messages kept for watchers that ask for them a moment later. */
const MAX_MESSAGES = 16;
/** Pages kept for watchers with other filters. */
const MAX_PAGES = 2;

export function createAccountFeed(
  { store, tokens }: { readonly store: Store; readonly tokens: Tokens },
  accountId: string,
): AccountFeed {
  const room = createWaitingRoom();
  const messages = createSingleFlightCache<MessagePage>(MAX_MESSAGES);
  const pages = createSingleFlightCache<ChangePage>(MAX_PAGES);
  const limits = { all: createLimit(MAX_PAGE), filtered: createLimit(FILTERED_LIMIT) };

  async function readMessage(position: ChangePosition, filter: ChangeFilter | undefined): Promise<MessagePage> {
    const limit = filter === undefined ? limits.all : limits.filtered;
    const asked = limit.value;
    const read = () => readChanges(store, accountId, position, { limit: asked, withBefore: filter !== undefined });
    const page = await (filter === undefined ? read() : pages.take(JSON.stringify(position), read));
    const message = toMessagePage(tokens, accountId, page, { limit: MAX_PAGE, filter });
    // Reading a page blocks the event loop: let other calls run in between.
    await setImmediate();
    limit.learn(asked, message);
    return message;
  }

  function forget(): void {
    messages.clear();
    pages.clear();
  }

  return {
    read: (position, filter) =>
      messages.take(JSON.stringify([position, filter?.text, filter?.onlyUserId]), () => readMessage(position, filter)),
    get known() {
      return room.known;
    },
    wait: room.wait,
    isNow(revision) {
      forget();
      room.isNow(revision);
    },
    wakeAll() {
      forget();
      room.wakeAll();
    },
  };
}

/** Pages grow as long as they fit into a message, and shrink when they do not: of large users no more is read than is sent. */
function createLimit(most: number) {
  let value = MIN_PAGE * 4;
  return {
    get value() {
      return value;
    },
    learn(asked: number, { cut, changes }: MessagePage): void {
      const shrink = cut && changes.length < asked / 2;
      value = shrink ? Math.max(MIN_PAGE, changes.length) : Math.min(most, Math.max(value, asked * 2));
    },
  };
}
