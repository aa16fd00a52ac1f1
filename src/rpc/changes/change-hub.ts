import type { Store } from "../../directory/store/store.ts";
import type { ChangePosition } from "../../directory/users/changes.ts";
import type { Log } from "../../log.ts";
import type { Tokens } from "../wire/tokens.ts";
import { type AccountFeed, createAccountFeed } from "./account-feed.ts";
import type { ChangeFilter, MessagePage } from "./change-pages.ts";

/** What one watcher reads the changes of an account with. */
export interface Watcher {
  /** The changes after the position that pass the filter. Watchers at one position share what is read, those with one filter also the message. */
  read(position: ChangePosition, filter?: ChangeFilter): Promise<MessagePage>;

  /**
   * Resolves when there may be more after the revision, when the time is up, when the signal is aborted, when the hub stops, or when
   * something is wrong that `read` will report.
   */
  wait(revision: number, timeoutMs: number, signal: AbortSignal): Promise<void>;

  close(): void;
}

/**
 * Wakes watchers when their account has changed: at once after a commit of this server, within a second after one of another.
 * One query a second asks for all accounts that are watched, however many watch.
 */
export interface ChangeHub {
  watch(accountId: string): Watcher;
  /** Wakes all who wait. */
  stop(): void;
}

interface ChangeHubDeps {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly log: Log;
}

const POLL_MS = 1_000;
/** Accounts asked for in one query. */
const BATCH = 500;

export function createChangeHub({ store, tokens, log }: ChangeHubDeps): ChangeHub {
  const feeds = new Map<string, { readonly feed: AccountFeed; watchers: number }>();
  let timer: NodeJS.Timeout | undefined;
  let polling = false;
  let stopped = false;

  store.onCommit(({ accountId, revision, accessChanges }) => {
    const feed = feeds.get(accountId)?.feed;
    // An account that was erased has no revision.
    if (accessChanges.includes(null)) feed?.wakeAll();
    if (revision !== null) feed?.revisionIs(revision);
  });

  async function askRevisions(): Promise<void> {
    const ids = [...feeds.keys()];
    for (let from = 0; from < ids.length; from += BATCH) {
      const batch = ids.slice(from, from + BATCH);
      const revisions = await store.revisions(batch);
      for (const id of batch) feeds.get(id)?.feed.revisionIs(revisions.get(id));
    }
  }

  async function poll(): Promise<void> {
    if (polling) return;
    polling = true;
    // Watchers learn that the database is out of reach when their keys are looked at.
    await askRevisions().catch((error: unknown) => log.debug({ err: error }, "watched accounts can't be read"));
    polling = false;
  }

  function enter(accountId: string): AccountFeed {
    const entry = feeds.get(accountId) ?? { feed: createAccountFeed({ store, tokens }, accountId), watchers: 0 };
    entry.watchers += 1;
    feeds.set(accountId, entry);
    timer ??= setInterval(poll, POLL_MS);
    return entry.feed;
  }

  function leave(accountId: string): void {
    const entry = feeds.get(accountId);
    if (entry !== undefined) {
      entry.watchers -= 1;
      if (entry.watchers === 0) feeds.delete(accountId);
    }
    if (feeds.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  }

  return {
    watch(accountId) {
      const feed = enter(accountId);
      return {
        read: feed.read,
        wait: async (revision, timeoutMs, signal) => {
          if (!stopped) await feed.wait(revision, timeoutMs, signal);
        },
        close: () => leave(accountId),
      };
    },
    stop() {
      stopped = true;
      clearInterval(timer);
      for (const { feed } of feeds.values()) feed.wakeAll();
    },
  };
}
