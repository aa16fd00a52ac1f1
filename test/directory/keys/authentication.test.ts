import { describe, expect, onTestFinished, test, vi } from "vitest";
import { setAccountStatus } from "../../../src/directory/accounts/accounts.ts";
import { type Caller, mintSecret, secretDigest } from "../../../src/directory/keys/api-key.ts";
import { revokeApiKey, rotateApiKey, updateApiKey } from "../../../src/directory/keys/api-keys.ts";
import type { AccountTransaction } from "../../../src/directory/store/account-view.ts";
import type { Store } from "../../../src/directory/store/store.ts";
import { deleteUser, purgeUser } from "../../../src/directory/users/delete-user.ts";
import type { UserValues } from "../../../src/directory/users/user.ts";
import { setUserStatus, updateUser } from "../../../src/directory/users/users.ts";
import { SECOND } from "../../../src/directory/values/clock.ts";
import { newUser, testAccount } from "../../support/account.ts";
import { keyOf, NEW_KEY } from "./keys.ts";
import { useKnownKeys } from "./known-key.ts";

const keys = useKnownKeys();

const ADMIN = { superAdmin: true, role: "ADMIN" } as const;

const INVALID = { reason: "API_KEY_INVALID" };

describe("a key that is known", () => {
  test("costs no read, for four seconds", async () => {
    const { login, secret, watched, time } = await keys.open();
    const first = await login(secret);
    for (let times = 0; times < 100; times += 1) expect(await login(secret)).toEqual(first);
    expect(watched.reads).toBe(1);
    time.ahead += 2 * SECOND;
    await login(secret);
    expect(watched.reads).toBe(1);
    time.ahead += 2 * SECOND;
    await login(secret);
    expect(watched.reads).toBe(2);
  });

  test("costs a read after four seconds although the machine's clock has gone back, and the time stands still", async () => {
    const { login, secret, watched, time } = await keys.open();
    const passed = vi.spyOn(performance, "now");
    onTestFinished(() => passed.mockRestore());
    const start = performance.now();
    passed.mockImplementation(() => start);
    await login(secret);
    passed.mockImplementation(() => start + 3_999);
    await login(secret);
    expect(watched.reads).toBe(1);
    passed.mockImplementation(() => start + 4_000);
    await login(secret);
    expect(watched.reads).toBe(2);
    expect(time.ahead).toBe(0);
  });

  test("is known by its secret, not by its id", async () => {
    const { login, key, secret, watched } = await keys.open();
    await login(secret);
    for (let times = 0; times < 3; times += 1) await expect(login(mintSecret(key.id))).rejects.toMatchObject(INVALID);
    expect(watched.reads).toBe(4);
    await login(secret);
    expect(watched.reads).toBe(4);
  });

  test("ends at its end, in the middle of being known", async () => {
    const { account, login, admin, key, secret, now, time, watched } = await keys.open();
    await account.write((tx) => updateApiKey(tx, admin, key.id, { expireTime: now() + 3 * SECOND }));
    await login(secret);
    time.ahead += 3 * SECOND;
    await expect(login(secret)).rejects.toMatchObject(INVALID);
    expect(watched.reads).toBe(1);
  });

  test("is read again after a change of what its user or account may do, and only then", async () => {
    const { account, login, secret, user, watched, issue, home } = await keys.open();
    await login(secret);
    const other = await account.insert();
    await account.write((tx) => updateUser(tx, ADMIN, other.id, { about: "x" }, { metadataUpdate: "REPLACE", etag: "" }));
    await issue();
    await home.insert();
    await login(secret);
    const change = (input: Partial<UserValues>) =>
      account.write((tx) => updateUser(tx, ADMIN, user.id, input, { metadataUpdate: "REPLACE", etag: "" }));
    await change({ about: "x" });
    await login(secret);
    expect(watched.reads).toBe(1);
    await change({ superAdmin: true });
    expect((await login(secret)).superAdmin).toBe(true);
    expect(watched.reads).toBe(2);
  });
});

type Change = (tx: AccountTransaction, known: { keyId: string; userId: string; admin: Caller }) => Promise<unknown>;

const ENDINGS: Array<[string, Change, string]> = [
  ["revoked", (tx, { keyId, admin }) => revokeApiKey(tx, admin, keyId), "API_KEY_INVALID"],
  ["rotated", (tx, { keyId, admin }) => rotateApiKey(tx, admin, keyId, 0), "API_KEY_INVALID"],
  ["given an end", (tx, { keyId, admin }) => updateApiKey(tx, admin, keyId, { expireTime: 1 }), "API_KEY_INVALID"],
  ["one whose user is suspended", (tx, { userId }) => setUserStatus(tx, ADMIN, userId, "SUSPENDED", ""), "API_KEY_INVALID"],
  ["one whose user is deleted", (tx, { userId }) => deleteUser(tx, ADMIN, userId, { etag: "" }), "API_KEY_INVALID"],
  ["one whose user is purged", (tx, { userId }) => purgeUser(tx, ADMIN, userId, ""), "API_KEY_INVALID"],
  ["one whose account is suspended", (tx) => setAccountStatus(tx, "SUSPENDED", ""), "ACCOUNT_SUSPENDED"],
  ["one whose account is erased", (tx) => tx.eraseAccount(), "API_KEY_INVALID"],
];

describe.each(ENDINGS)("a key that is %s", (_, change, reason) => {
  test("is refused at once by the server that did it", async () => {
    const { account, login, secret, key, user, admin } = await keys.open();
    await login(secret);
    await account.write((tx) => change(tx, { keyId: key.id, userId: user.id, admin }));
    await expect(login(secret)).rejects.toMatchObject({ reason });
  });

  test("is refused by other servers within five seconds", async () => {
    const { account, login, secret, key, user, admin, time } = await keys.open();
    await login(secret);
    await testAccount(keys.otherStore(), account.id).write((tx) => change(tx, { keyId: key.id, userId: user.id, admin }));
    time.ahead += 5 * SECOND - 1;
    await expect(login(secret)).rejects.toMatchObject({ reason });
  });

  test("is not remembered by a read that was under way", async () => {
    const { account, login, secret, key, user, admin, watched } = await keys.open();
    let letGo = () => {};
    watched.hold = new Promise((resolve) => {
      letGo = resolve;
    });
    const early = login(secret);
    await expect.poll(() => watched.reads).toBe(1);
    await account.write((tx) => change(tx, { keyId: key.id, userId: user.id, admin }));
    letGo();
    await early.catch(() => {});
    await expect(login(secret)).rejects.toMatchObject({ reason });
    expect(watched.reads).toBe(2);
  });

  test("goes on to work when the transaction that changed it fails or is only tried", async () => {
    const { account, login, secret, key, user, admin } = await keys.open();
    await login(secret);
    const failing = account.write(async (tx) => {
      await change(tx, { keyId: key.id, userId: user.id, admin });
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await account.write((tx) => change(tx, { keyId: key.id, userId: user.id, admin }), { dryRun: true });
    expect(keyOf(await login(secret)).id).toBe(key.id);
  });
});

test("a super admin who is demoted acts on no other account, at once here and within five seconds elsewhere", async () => {
  const { store, login, home, time, sources } = await keys.open();
  const secret = mintSecret(sources.newId("K"));
  const user = await home.write(async (tx) => {
    const created = await tx.users.insert(newUser(tx, { superAdmin: true }));
    const id = secret.slice(7, 34);
    const key = {
      ...NEW_KEY,
      accountId: created.accountId,
      id,
      userId: created.id,
      createTime: tx.now(),
      certificateNames: [],
      lastUseTime: null,
      revokeTime: null,
    };
    await tx.apiKeys.insert(key, secretDigest(secret));
    return created;
  });
  const set = (by: Store, superAdmin: boolean) =>
    testAccount(by, "default").write((tx) =>
      updateUser(tx, ADMIN, user.id, { superAdmin }, { metadataUpdate: "REPLACE", etag: "" }),
    );
  expect((await login(secret)).superAdmin).toBe(true);
  await set(store, false);
  expect((await login(secret)).superAdmin).toBe(false);
  await set(store, true);
  expect((await login(secret)).superAdmin).toBe(true);
  await set(keys.otherStore(), false);
  time.ahead += 5 * SECOND - 1;
  expect((await login(secret)).superAdmin).toBe(false);
});
