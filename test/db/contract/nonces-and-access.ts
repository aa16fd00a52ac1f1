import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_ACCOUNT } from "../../../src/directory/accounts/account.ts";
import type { ApiKey } from "../../../src/directory/keys/api-key.ts";
import type { AccountTransaction } from "../../../src/directory/store/account-view.ts";
import type { User } from "../../../src/directory/users/user.ts";
import { createTestAccount, newUser, openTestAccount, type TestAccount, testAccount } from "../../support/account.ts";
import { KEY } from "../../support/api-key.ts";
import { reopenTestStore } from "../../support/store.ts";

export function noncesAndAccess(): void {
  test("a nonce is found by account, key and digest, with its end and its use", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    const find = (of: TestAccount, keyId: string, digest: Uint8Array) => of.write((tx) => tx.nonces.find(keyId, digest));
    await account.write((tx) => tx.nonces.insert("K1", DIGEST, 7));
    expect(await find(account, "K1", DIGEST)).toEqual({ expireTime: 7, useTime: null });
    expect(await find(account, "K2", DIGEST)).toBeUndefined();
    expect(await find(account, "K1", new Uint8Array(32))).toBeUndefined();
    expect(await find(other, "K1", DIGEST)).toBeUndefined();
    await account.write((tx) => tx.nonces.markUsed("K1", DIGEST, 5));
    expect(await find(account, "K1", DIGEST)).toEqual({ expireTime: 7, useTime: 5 });
  });

  test("pruning forgets nonces that ended before the answers to forget, used or not", async () => {
    const { store, write } = await openTestAccount();
    for (const time of [99, 100]) await write((tx) => tx.nonces.insert(`K${time}`, DIGEST, time));
    await store.prune({ changes: 0, answers: 100, audit: 0 });
    const found = await write(async (tx) => [await tx.nonces.find("K99", DIGEST), await tx.nonces.find("K100", DIGEST)]);
    expect(found).toEqual([undefined, { expireTime: 100, useTime: null }]);
  });

  test("a key that is changed keeps its secret and its last use; one whose secret is replaced keeps the one before", async () => {
    const { store, write, insert, id } = await openTestAccount();
    const key = keyOf((await insert()).id);
    await write((tx) => tx.apiKeys.insert(key, DIGEST));
    await store.noteKeyUse(id, "K1", 42);
    await write((tx) => tx.apiKeys.update(key, { ...key, displayName: "Renamed", requireNonce: true, expireTime: 9 }));
    const holder = async () => {
      const [found = expect.fail("no holder")] = await store.findKeyHolders("K1");
      return { ...found, digest: found.digest[0], previousDigest: found.previousDigest?.[0] };
    };
    const changed = { ...key, displayName: "Renamed", requireNonce: true, expireTime: 9, lastUseTime: 42 };
    expect(await holder()).toMatchObject({ key: changed, digest: 1, previousDigest: undefined, previousExpireTime: null });
    await write((tx) =>
      tx.apiKeys.replaceDigest(
        key,
        DIGEST.map(() => 2),
        50,
      ),
    );
    expect(await holder()).toMatchObject({ key: changed, digest: 2, previousDigest: 1, previousExpireTime: 50 });
    await write((tx) =>
      tx.apiKeys.replaceDigest(
        key,
        DIGEST.map(() => 3),
        60,
      ),
    );
    expect(await holder()).toMatchObject({ key: changed, digest: 3, previousDigest: 2, previousExpireTime: 60 });
  });

  test("noting the use of a key that is gone does nothing", async () => {
    const { store, id } = await openTestAccount();
    await expect(store.noteKeyUse(id, "gone", 1)).resolves.toBeUndefined();
  });

  const changes: Array<[string, (tx: AccountTransaction, account: TestAccount) => Promise<unknown>, string | null]> = [
    ["a user is suspended", (tx) => change(tx, { status: "SUSPENDED" }), "u"],
    ["a user is made a super admin", (tx) => change(tx, { superAdmin: true }), "u"],
    ["a user is deleted", (tx) => change(tx, { deleteTime: 7 }), "u"],
    ["a user is purged", async (tx) => tx.users.purge(await userOf(tx)), "u"],
    ["a key is changed", (tx) => tx.apiKeys.update(keyOf("u"), { ...keyOf("u"), revokeTime: 1 }), "u"],
    ["a key's secret is replaced", (tx) => tx.apiKeys.replaceDigest(keyOf("u"), DIGEST, 1), "u"],
    ["the account's record is changed", (tx) => tx.updateAccount({ ...tx.account, status: "SUSPENDED" }), null],
    ["the account is erased", (tx) => tx.eraseAccount(), null],
  ];
  test.each(changes)("the event of a commit says whose access changes when %s", async (_, affect, who) => {
    const { store } = await openTestAccount();
    const account = await createTestAccount(store, "a");
    await account.insert({ id: "u" });
    await account.write((tx) => tx.apiKeys.insert(keyOf("u"), DIGEST));
    const changed: unknown[] = [];
    store.onCommit(({ accountId, accessChanges }) => {
      if (accessChanges.length > 0) changed.push({ accountId, accessChanges });
    });
    const failing = account.write(async (tx) => {
      await affect(tx, account);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await account.write((tx) => tx.users.insert(newUser(tx)));
    await account.write((tx) => change(tx, { about: "nobody's right" }));
    expect(changed).toEqual([]);
    await account.write(async (tx) => {
      await affect(tx, account);
      expect(changed).toEqual([]);
    });
    expect(changed).toEqual([{ accountId: "a", accessChanges: [who] }]);
  });

  test("a slug is an account's alone on every server, until it is given up", async () => {
    const account = await openTestAccount();
    const peer = await reopenTestStore(account.url);
    onTestFinished(peer.close);
    const other = testAccount(peer.store, account.id);
    const add = (of: TestAccount, id: string, slug = "wanted") =>
      of.write((tx) => tx.insertAccount({ id, name: "Name", slug, metadata: {} }));
    const made = await Promise.all([add(account, "a"), add(other, "b"), add(account, "c"), add(other, "d")]);
    const [winner, ...more] = made.filter((one) => one !== undefined);
    expect(more).toEqual([]);
    const loser = await createTestAccount(account.store, "loser");
    const rename = () => loser.write((tx) => tx.updateAccount({ ...tx.account, slug: "wanted" }));
    await expect(rename()).rejects.toMatchObject({ reason: "SLUG_TAKEN" });
    expect(await loser.read(async (view) => view.account.slug)).toBe("account-loser");
    await testAccount(account.store, winner?.id ?? "").write((tx) => tx.eraseAccount());
    expect(await rename()).toMatchObject({ slug: "wanted" });
    expect(await add(account, "e", "account-loser")).toMatchObject({ id: "e" });
  });
}

const DIGEST = new Uint8Array(32).fill(1);

async function change(tx: AccountTransaction, values: Partial<User>): Promise<User> {
  const user = await userOf(tx);
  return tx.users.update(user, { ...user, ...values });
}

async function userOf({ users }: AccountTransaction) {
  return (await users.find("u")) ?? expect.fail("no user");
}

function keyOf(userId: string): ApiKey {
  return { ...KEY, accountId: DEFAULT_ACCOUNT, id: "K1", userId, role: "WRITER", createTime: 5 };
}
