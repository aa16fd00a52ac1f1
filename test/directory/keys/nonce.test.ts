import { expect, test } from "vitest";
import type { Caller } from "../../../src/directory/keys/api-key.ts";
import { consumeNonce, issueNonce } from "../../../src/directory/keys/nonce.ts";
import { SECOND } from "../../../src/directory/values/clock.ts";
import { openTestAccount } from "../../support/account.ts";
import { keyOf, NEW_KEY } from "./keys.ts";

const TIMES = { certificateNames: [], lastUseTime: null, revokeTime: null };

test("a nonce works until its end, and from that very microsecond on no more", async () => {
  const { store, caller, time } = await openWithTime();
  const [early, late] = [await issueNonce(store, caller), await issueNonce(store, caller)];
  expect(early.expireTime).toBe(time.now + 60 * SECOND);
  time.now = early.expireTime - 1;
  await consumeNonce(store, caller, early.nonce);
  time.now = late.expireTime;
  await expect(consumeNonce(store, caller, late.nonce)).rejects.toMatchObject({ reason: "NONCE_EXPIRED" });
});

test("of a nonce that was used that is said, also after its end", async () => {
  const { store, caller, time } = await openWithTime();
  const { nonce } = await issueNonce(store, caller);
  await consumeNonce(store, caller, nonce);
  time.now += 3_600 * SECOND;
  await expect(consumeNonce(store, caller, nonce)).rejects.toMatchObject({ reason: "NONCE_USED" });
});

test("no nonce is asked of a key that need not send one", async () => {
  const { store, caller } = await openWithTime();
  await expect(consumeNonce(store, caller, null)).resolves.toBeUndefined();
  const strict: Caller = { ...caller, credential: { kind: "key", key: { ...keyOf(caller), requireNonce: true } } };
  await expect(consumeNonce(store, strict, null)).rejects.toMatchObject({ reason: "NONCE_REQUIRED" });
});

/** A clock that stands still until it is set, and a caller. */
async function openWithTime() {
  const time = { now: 1_700_000_000_000_000 };
  const account = await openTestAccount({ clock: () => time.now });
  const user = await account.insert();
  const caller: Caller = {
    accountId: account.id,
    user,
    superAdmin: false,
    role: "WRITER",
    credential: {
      kind: "key",
      key: { ...NEW_KEY, accountId: account.id, role: "WRITER", id: "K1", userId: user.id, ...TIMES, createTime: time.now },
    },
  };
  return { ...account, time, caller };
}
