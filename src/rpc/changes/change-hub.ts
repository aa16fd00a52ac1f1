import type { Store } from "../../directory/store/store.ts";
import type { Log } from "../../log.ts";
import type { Tokens } from "../wire/tokens.ts";
import { type AccountFeed, createAccountFeed } from "./account-feed.ts";
import { createHub, type Hub } from "./hub.ts";

/** Wakes those who watch the users of an account: at once after a commit of this server, within a second after one of another. */
export type ChangeHub = Hub<AccountFeed>;

interface ChangeHubDeps {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly log: Log;
}

export function createChangeHub({ store, tokens, log }: ChangeHubDeps): ChangeHub {
  return createHub({
    store,
    log,
    createFeed: (accountId) => createAccountFeed({ store, tokens }, accountId),
    heed(feed, { revision, accessChanges }) {
      // An account that was erased has no revision.
      if (accessChanges.includes(null)) feed.wakeAll();
      if (revision !== null) feed.isNow(revision);
    },
    ask: (accountIds) => store.revisions(accountIds),
  });
}
