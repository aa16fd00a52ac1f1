import type { CommitEvent } from "../../directory/store/commit-event.ts";
import type { Store } from "../../directory/store/store.ts";
import type { Log } from "../../log.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** What those share who follow one account on this server. */
export type Feed = WaitingRoom;

/** One who follows an account. */
export interface Follower<F extends Feed> {
  readonly feed: F;
  /** Up to here it has what there is. */
  isAt(number: number): void;
  /** As that of the feed; resolves also when the hub stops. */
  wait: Feed["wait"];
  close(): void;
}

export interface Hub<F extends Feed> {
  follow(accountId: string): Follower<F>;
  /** How far the one who is furthest behind is behind its account. */
  lag(): number;
  /** Wakes all who wait. */
  stop(): void;
}

export interface HubOptions<F extends Feed> {
  readonly store: Pick<Store, "onCommit">;
  readonly log: Log;
  readonly createFeed: (accountId: string) => F;
  /** Tells the feed of a commit of this server. */
  readonly heed: (feed: F, event: CommitEvent) => void;
  /** The numbers of accounts, in one query. One that does not exist is left out. */
  readonly ask: (accountIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;
}

const POLL_MS = 1_000;
/** Accounts asked for in one query. */
const BATCH = 500;

/**
 * Keeps a feed of each account that is followed, and tells it of changes: at once of a commit of this server, within a second of one
 * of another. One query a second asks for all accounts that are followed, however many follow them.
 */
export function createHub<F extends Feed>({ store, log, createFeed, heed, ask }: HubOptions<F>): Hub<F> {
  const feeds = new Map<string, { readonly feed: F; readonly followers: Set<Place> }>();
  let timer: NodeJS.Timeout | undefined;
  let polling = false;
  let stopped = false;

  store.onCommit((event) => {
    const feed = feeds.get(event.accountId)?.feed;
    if (feed !== undefined) heed(feed, event);
  });

  async function askAll(): Promise<void> {
    const ids = [...feeds.keys()];
    for (let from = 0; from < ids.length; from += BATCH) {
      const batch = ids.slice(from, from + BATCH);
      const numbers = await ask(batch);
      for (const id of batch) feeds.get(id)?.feed.isNow(numbers.get(id));
    }
  }

  async function poll(): Promise<void> {
    if (polling) return;
    polling = true;
    // Those who follow learn that the database is out of reach when their keys are looked at.
    await askAll().catch((error: unknown) => log.debug({ err: error }, "watched accounts can't be read"));
    polling = false;
  }

  function enter(accountId: string, place: Place): F {
    const entry = feeds.get(accountId) ?? { feed: createFeed(accountId), followers: new Set<Place>() };
    entry.followers.add(place);
    feeds.set(accountId, entry);
    timer ??= setInterval(poll, POLL_MS);
    return entry.feed;
  }

  function leave(accountId: string, place: Place): void {
    const entry = feeds.get(accountId);
    if (entry !== undefined) {
      entry.followers.delete(place);
      if (entry.followers.size === 0) feeds.delete(accountId);
    }
    if (feeds.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  }

  return {
    follow(accountId) {
      const place: Place = { number: undefined };
      const feed = enter(accountId, place);
      return {
        feed,
        isAt(number) {
          place.number = number;
        },
        wait: async (above, timeoutMs, signal) => {
          if (!stopped) await feed.wait(above, timeoutMs, signal);
        },
        close: () => leave(accountId, place),
      };
    },
    lag() {
      let most = 0;
      for (const { feed, followers } of feeds.values()) {
        for (const { number = feed.known } of followers) most = Math.max(most, feed.known - number);
      }
      return most;
    },
    stop() {
      stopped = true;
      clearInterval(timer);
      for (const { feed } of feeds.values()) feed.wakeAll();
    },
  };
}

/** Where a follower is; undefined: it has yet to find out. */
interface Place {
  number: number | undefined;
}
