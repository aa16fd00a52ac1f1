import { afterAll, beforeAll, expect } from "vitest";
import type { Caller } from "../../../src/directory/keys/api-key.ts";
import { createApiKey } from "../../../src/directory/keys/api-keys.ts";
import { createAuthenticator } from "../../../src/directory/keys/authentication.ts";
import type { CommitSubscriber } from "../../../src/directory/store/commit-event.ts";
import type { Store } from "../../../src/directory/store/store.ts";
import type { Micros } from "../../../src/directory/values/clock.ts";
import { createTestAccount, testAccount } from "../../support/account.ts";
import { openTestStore, reopenTestStore, type TestStore } from "../../support/store.ts";
import { NEW_KEY } from "./keys.ts";

/** One database for all tests of a file, opened by two servers, with a super admin in the account `default`. */
export function useKnownKeys() {
  const stores: TestStore[] = [];
  beforeAll(async () => {
    const first = await openTestStore();
    stores.push(first, await reopenTestStore(first.url));
    await (await createTestAccount(first.store, "default")).insert({ superAdmin: true });
  });
  afterAll(async () => {
    for (const { close } of stores.toReversed()) await close();
  });
  return {
    open: () => openWithKey(stores[0] ?? expect.fail("no store")),
    /** Of the other server. */
    otherStore: () => stores[1]?.store ?? expect.fail("no other store"),
  };
}

/** An account with a user and a key that works, a server that knows no key yet, and a clock that can be put forward. */
async function openWithKey({ store, sources }: TestStore) {
  const time = { ahead: 0 };
  const now = () => sources.clock() + time.ahead;
  const account = await createTestAccount(store, sources.newId("A"));
  const user = await account.insert();
  const admin: Caller = {
    accountId: account.id,
    user: { ...user, superAdmin: true },
    superAdmin: true,
    role: "ADMIN",
    credential: {
      kind: "key",
      key: {
        ...NEW_KEY,
        accountId: account.id,
        role: "ADMIN",
        id: "K0",
        userId: user.id,
        createTime: 0,
        certificateNames: [],
        lastUseTime: null,
        revokeTime: null,
      },
    },
  };
  const issue = () => account.write((tx) => createApiKey(tx, admin, { ...NEW_KEY, userId: user.id }));
  const { key, secret } = await issue();
  const watched = watchReads(store);
  const login = createAuthenticator(watched.store, now);
  return {
    store,
    sources,
    account,
    home: testAccount(store, "default"),
    time,
    now,
    user,
    admin,
    key,
    secret,
    issue,
    login,
    watched,
  };
}

/** The store itself, but for two methods, which read keys: they count, and can be held up until they are let go. */
function watchReads(store: Store) {
  const watched = {
    reads: 0,
    hold: Promise.resolve(),
    store: {
      findKeyHolders: (keyId: string) => watch(store.findKeyHolders(keyId)),
      findCertificateHolders: (names: readonly string[]) => watch(store.findCertificateHolders(names)),
      onCommit: (subscriber: CommitSubscriber) => store.onCommit(subscriber),
      noteKeyUse: (accountId: string, keyId: string, at: Micros) => store.noteKeyUse(accountId, keyId, at),
    },
  };
  async function watch<T>(reading: Promise<T>): Promise<T> {
    const holders = await reading;
    watched.reads += 1;
    await watched.hold;
    return holders;
  }
  return watched;
}
