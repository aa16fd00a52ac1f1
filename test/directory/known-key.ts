import { onTestFinished } from "vitest";
import { type Caller, createApiKey } from "../../src/directory/api-key.ts";
import { createAuthenticator } from "../../src/directory/authentication.ts";
import type { Micros } from "../../src/directory/clock.ts";
import type { Store } from "../../src/directory/store.ts";
import { createTestAccount } from "../support/account.ts";
import { openTestStore } from "../support/store.ts";
import { NEW_KEY } from "./keys.ts";

/** A store that counts the reads of keys, a clock that can be put forward, and a key that works, of a user in account `a`. */
export async function openWithKnownKey() {
  const time = { ahead: 0 };
  const test = await openTestStore();
  onTestFinished(test.close);
  const now = () => test.sources.clock() + time.ahead;
  const account = await createTestAccount(test.store, "a");
  await (await createTestAccount(test.store, "default")).insert({ superAdmin: true });
  const user = await account.insert();
  const admin: Caller = {
    accountId: "a",
    user: { ...user, superAdmin: true },
    superAdmin: true,
    key: { ...NEW_KEY, role: "ADMIN", id: "K0", userId: user.id, createTime: 0, lastUseTime: null, revokeTime: null },
  };
  const issue = () => account.write((tx) => createApiKey(tx, admin, { ...NEW_KEY, userId: user.id }));
  const { key, secret } = await issue();
  const watched = watchReads(test.store);
  const login = createAuthenticator(watched.store, now);
  return { ...test, account, time, now, user, admin, key, secret, issue, login, watched };
}

/** The store itself, but for one method: that counts, and can be held up until it is let go. */
function watchReads(store: Store) {
  const watched = {
    reads: 0,
    hold: Promise.resolve(),
    store: {
      findKeyHolders: async (keyId: string) => {
        const holders = await store.findKeyHolders(keyId);
        watched.reads += 1;
        await watched.hold;
        return holders;
      },
      onAccessChange: (listener: Parameters<Store["onAccessChange"]>[0]) => store.onAccessChange(listener),
      noteKeyUse: (accountId: string, keyId: string, at: Micros) => store.noteKeyUse(accountId, keyId, at),
    },
  };
  return watched;
}
