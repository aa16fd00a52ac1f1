import { expect, test } from "vitest";
import type { ApiKey } from "../../../src/directory/keys/api-key.ts";
import type { User } from "../../../src/directory/users/user.ts";
import { createTestAccount, newUser, openTestAccount, type TestAccount } from "../../support/account.ts";
import { KEY } from "../../support/api-key.ts";

export function keysAndAnswers(): void {
  test("a key is found by its id, live, expired or revoked", async () => {
    const account = await openTestAccount();
    const user = await account.insert();
    const keys = [
      keyOf(user, { id: "live" }),
      keyOf(user, { id: "over", expireTime: 1 }),
      keyOf(user, { id: "no", revokeTime: 2 }),
    ];
    for (const key of keys) await account.write((tx) => tx.apiKeys.insert(key, DIGEST));
    for (const key of keys) expect(await account.read(({ apiKeys }) => apiKeys.find(key.id))).toEqual(key);
    expect(await account.read(({ apiKeys }) => apiKeys.find("LIVE"))).toBeUndefined();
  });

  test("keys of an account are counted, no further than is asked for", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    for (const each of [account, other]) {
      const user = await each.insert();
      for (const id of ["a", "b", "c"]) await each.write((tx) => tx.apiKeys.insert(keyOf(user, { id }), DIGEST));
    }
    const counts = [undefined, 1, 2, 3, 4].map((upTo) => account.read(({ apiKeys }) => apiKeys.count({}, upTo)));
    expect(await Promise.all(counts)).toEqual([3, 1, 2, 3, 3]);
  });

  test("a key of another account is not found", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    const key = keyOf(await account.insert());
    await account.write((tx) => tx.apiKeys.insert(key, DIGEST));
    expect(await other.read(({ apiKeys }) => apiKeys.find(key.id))).toBeUndefined();
  });

  test("a key belongs to a user of its account", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    const foreign = await other.insert();
    await expect(account.write((tx) => tx.apiKeys.insert(keyOf(foreign), DIGEST))).rejects.toThrow();
  });

  test("the holders of a key are the keys with that id in all accounts, each with its user and account", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    const expected = [];
    for (const [index, { write, insert, id }] of [account, other].entries()) {
      const user = await insert({ displayName: `Holder ${index}`, status: "SUSPENDED", metadata: { index } });
      const key = keyOf(user, { role: index === 0 ? "ADMIN" : "READER", expireTime: 7 + index });
      const digest = new Uint8Array(32).fill(index);
      await write((tx) => tx.apiKeys.insert(key, digest));
      const secrets = { digest, previousDigest: null, previousExpireTime: null };
      expected.push({ accountId: id, accountStatus: "ACTIVE", key, ...secrets, user });
    }
    const holders = await account.store.findKeyHolders("K1");
    const sorted = holders.toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1));
    expect(sorted.map((holder) => ({ ...holder, digest: Uint8Array.from(holder.digest) }))).toEqual(expected);
    expect(await account.store.findKeyHolders("k1")).toEqual([]);
    expect(await account.store.findKeyHolders("nobody's")).toEqual([]);
  });

  test("an answer is found by account, method and request id", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    const answer = { caller: "K1", digest: Uint8Array.of(0, 255, 1), userId: "u1", response: Uint8Array.of(7, 0, 8) };
    await account.write((tx) => tx.answers.insert("Create", "r1", answer));
    expect(await answerIn(account, "Create", "r1")).toEqual(answer);
    expect(await answerIn(account, "Delete", "r1")).toBeUndefined();
    expect(await answerIn(account, "Create", "R1")).toBeUndefined();
    expect(await answerIn(other, "Create", "r1")).toBeUndefined();
  });

  test("an answer may be about no user, and may be empty", async () => {
    const account = await openTestAccount();
    const answer = { caller: null, digest: new Uint8Array(32), userId: null, response: new Uint8Array(0) };
    await account.write((tx) => tx.answers.insert("Import", "r1", answer));
    expect(await answerIn(account, "Import", "r1")).toEqual(answer);
  });

  test("active super admins are counted over all accounts, this transaction's changes included", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    const admin = await account.insert({ superAdmin: true });
    await other.insert({ superAdmin: true });
    await other.insert({ superAdmin: true, status: "SUSPENDED" });
    await other.insert({ superAdmin: true, status: "INVITED" });
    await other.insert({ superAdmin: false });
    const deleted = await other.insert({ superAdmin: true });
    await other.write((tx) => tx.users.update(deleted, { ...deleted, deleteTime: tx.now() }));
    const counts = await account.write(async (tx) => {
      const before = await tx.countActiveSuperAdmins();
      await tx.users.update(admin, { ...admin, superAdmin: false });
      const demoted = await tx.countActiveSuperAdmins();
      await tx.users.insert(newUser(tx, { superAdmin: true }));
      await tx.users.insert(newUser(tx, { superAdmin: true }));
      return [before, demoted, await tx.countActiveSuperAdmins()];
    });
    expect(counts).toEqual([2, 1, 3]);
  });

  test("a transaction that counts super admins waits until the one that has counted them before it has ended", async () => {
    const accounts = [await openTestAccount()];
    const [{ store } = expect.fail()] = accounts;
    const others = await Promise.all(["b", "c", "d"].map((id) => createTestAccount(store, id)));
    const all = [...accounts, ...others];
    const admins = await Promise.all(all.map(({ insert }) => insert({ superAdmin: true })));
    const counted = await Promise.all(all.map((account, index) => demote(account, admins[index] ?? expect.fail())));
    expect(counted.sort()).toEqual([1, 2, 3, 4]);
    expect(await all[0]?.write((tx) => tx.countActiveSuperAdmins())).toBe(1);
  });
}

/** Demotes the admin unless none would be left, as the domain does. Takes its time over it. */
function demote(account: TestAccount, admin: User): Promise<number> {
  return account.write(async (tx) => {
    const count = await tx.countActiveSuperAdmins();
    for (let trips = 0; trips < 20; trips += 1) await tx.users.find("nobody");
    if (count > 1) await tx.users.update(admin, { ...admin, superAdmin: false });
    return count;
  });
}

async function answerIn(account: TestAccount, method: string, requestId: string) {
  const answer = await account.write((tx) => tx.answers.find(method, requestId));
  return (
    answer && {
      ...answer,
      digest: Uint8Array.from(answer.digest),
      response: answer.response && Uint8Array.from(answer.response),
    }
  );
}

const DIGEST = new Uint8Array(32);

function keyOf(user: User, values: Partial<ApiKey> = {}): ApiKey {
  return { ...KEY, accountId: user.accountId, id: "K1", userId: user.id, role: "WRITER", createTime: 5, ...values };
}
