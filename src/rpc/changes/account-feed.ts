import { setImmediate } from "node:timers/promises";
import type { Store } from "../../directory/store/store.ts";
import { type ChangePage, type ChangePosition, readChanges } from "../../directory/users/changes.ts";
import type { Tokens } from "../wire/tokens.ts";
import { type ChangeFilter, FILTERED_LIMIT, type MessagePage, toMessagePage } from "./change-pages.ts";
import { createSingleFlightCache } from "./single-flight-cache.ts";

/** The changes of one account, for all who watch it on this server. */
export interface AccountFeed {
  readonly read: (position: ChangePosition, filter?: ChangeFilter) => Promise<MessagePage>;
  readonly wait: (revision: number, timeoutMs: number, signal: AbortSignal) => Promise<void>;
  /** The account's revision is this; undefined: there is no such account. */
  revisionIs(revision: number | undefined): void;
  /** Wakes all who wait, so that they read again. */
  wakeAll(): void;
}

const MAX_PAGE = 500;
const MIN_PAGE = 16;
/** Watchers woken before other calls have their turn. */
const WAKE_BATCH = 32;
/** Messages kept for watchers that ask for them a moment later. */
const MAX_MESSAGES = 16;
/** Pages kept for watchers with other filters. */
const MAX_PAGES = 2;

export function createAccountFeed(
  { store, tokens }: { readonly store: Store; readonly tokens: Tokens },
  accountId: string,
): AccountFeed {
  const waiting = new Set<() => void>();
  const messages = createSingleFlightCache<MessagePage>(MAX_MESSAGES);
  const pages = createSingleFlightCache<ChangePage>(MAX_PAGES);
  const limits = { all: createLimit(MAX_PAGE), filtered: createLimit(FILTERED_LIMIT) };
  let known = 0;

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

  function wakeAll(): void {
    forget();
    void resumeAll([...waiting]);
  }

  return {
    read: (position, filter) =>
      messages.take(JSON.stringify([position, filter?.text, filter?.onlyUserId]), () => readMessage(position, filter)),
    wait: (revision, timeoutMs, signal) => (known > revision ? Promise.resolve() : waitFor(waiting, timeoutMs, signal)),
    revisionIs(revision) {
      // A smaller one is another account of that id, or of an older backup: the next read says so.
      if (revision === undefined || revision < known) {
        known = revision ?? 0;
        wakeAll();
      } else if (revision > known) {
        known = revision;
        wakeAll();
      } else {
        forget();
      }
    },
    wakeAll,
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

async function resumeAll(waiting: ReadonlyArray<() => void>): Promise<void> {
  for (const [index, resume] of waiting.entries()) {
    if (index % WAKE_BATCH === WAKE_BATCH - 1) await setImmediate();
    resume();
  }
}

function waitFor(waiting: Set<() => void>, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const resume = () => {
      clearTimeout(timer);
      waiting.delete(resume);
      signal.removeEventListener("abort", resume);
      resolve();
    };
    const timer = setTimeout(resume, timeoutMs);
    waiting.add(resume);
    signal.addEventListener("abort", resume);
    if (signal.aborted) resume();
  });
}
