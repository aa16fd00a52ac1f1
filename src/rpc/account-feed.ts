import { setImmediate } from "node:timers/promises";
import type { ChangePosition } from "../directory/changes.ts";
import type { Store } from "../directory/store.ts";
import { type MessagePage, readMessagePage } from "./change-pages.ts";
import type { Tokens } from "./tokens.ts";

/** The changes of one account, for all who watch it on this server. */
export interface AccountFeed {
  readonly read: (position: ChangePosition) => Promise<MessagePage>;
  readonly wait: (revision: number, timeoutMs: number, signal: AbortSignal) => Promise<void>;
  /** The account's revision is this; undefined: there is no such account. */
  tell(revision: number | undefined): void;
  /** Lets all who wait look again. */
  wake(): void;
}

const MAX_PAGE = 500;
const MIN_PAGE = 16;
/** Watchers woken before other calls have their turn. */
const WAKE_BATCH = 32;
/** Pages kept for watchers that come for them a moment later. */
const MAX_KEPT = 4;

export function createAccountFeed(deps: { readonly store: Store; readonly tokens: Tokens }, accountId: string): AccountFeed {
  const waiting = new Set<() => void>();
  const kept = new Map<string, Promise<MessagePage>>();
  let known = 0;
  let limit = MIN_PAGE * 4;

  // Pages grow while they fit into a message, so that of large users no more is read than is sent.
  async function read(position: ChangePosition): Promise<MessagePage> {
    const asked = limit;
    const page = await readMessagePage(deps, accountId, position, asked);
    // A page is read without a pause: let other calls have their turn.
    await setImmediate();
    const cut = !page.done && page.changes.length < asked / 2;
    limit = cut ? Math.max(MIN_PAGE, page.changes.length) : Math.min(MAX_PAGE, Math.max(limit, asked * 2));
    return page;
  }

  function keep(key: string, page: Promise<MessagePage>): Promise<MessagePage> {
    const [oldest] = kept.keys();
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(key, page);
    page.catch(() => kept.delete(key));
    return page;
  }

  function wake(): void {
    kept.clear();
    void resumeAll([...waiting]);
  }

  return {
    read(position) {
      const key = JSON.stringify(position);
      return kept.get(key) ?? keep(key, read(position));
    },
    wait: (revision, timeoutMs, signal) => (known > revision ? Promise.resolve() : waitFor(waiting, timeoutMs, signal)),
    tell(revision) {
      // A smaller one is another account of that id, or an older backup: who watches will be told.
      if (revision === undefined || revision < known) {
        known = revision ?? 0;
        wake();
      } else if (revision > known) {
        known = revision;
        wake();
      } else {
        kept.clear();
      }
    },
    wake,
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
