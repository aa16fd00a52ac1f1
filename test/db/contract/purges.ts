import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { DEFAULT_ACCOUNT } from "../../../src/directory/accounts/account.ts";
import { createTestAccount, newUser, openTestAccount, testAccount } from "../../support/account.ts";
import { KEY } from "../../support/api-key.ts";

export function purges(): void {
  test("a purge removes the user, its keys, its changes and the answers about it, and counts them", async () => {
    const { store, read, write, insert } = await openTestAccount();
    const ada = await insert({ id: "ada", externalId: "x", email: "ada@example.com" });
    const grace = await insert({ id: "grace" });
    const changed = await write(({ users }) => users.update(ada, { ...ada, about: "changed" }));
    for (const [id, userId] of [
      ["K1", "ada"],
      ["K2", "ada"],
      ["K3", "grace"],
    ] as const) {
      await write(({ apiKeys }) => apiKeys.insert({ ...KEY, accountId: DEFAULT_ACCOUNT, id, userId }, new Uint8Array(32)));
    }
    const answer = { digest: new Uint8Array(32), response: Uint8Array.of(1) };
    await write(({ answers }) => answers.insert("Create", "r1", { caller: null, ...answer, userId: "ada" }));
    await write(({ answers }) => answers.insert("Create", "r2", { caller: null, ...answer, userId: "grace" }));

    expect(await write(({ users }) => users.purge(changed))).toMatchObject({
      sessions: 0,
      apiKeys: 2,
      changes: 2,
      answers: 1,
    });

    const seen = await read(async ({ users, apiKeys }) => [
      await users.find("ada"),
      await users.findLive("email", ["ada@example.com"]),
      await users.count({ showDeleted: true }),
      await apiKeys.find("K1"),
    ]);
    expect(seen).toEqual([undefined, [], 1, undefined]);
    expect(await store.findKeyHolders("K2")).toEqual([]);
    expect(await store.findKeyHolders("K3")).toMatchObject([{ user: grace }]);
    const [erased, kept] = await write(async ({ answers }) => [
      await answers.find("Create", "r1"),
      await answers.find("Create", "r2"),
    ]);
    expect(erased).toMatchObject({ response: null });
    expect(kept?.response).toHaveLength(1);
  });

  test("a purge removes the user's sessions, and the nonces of its keys, and nobody else's", async () => {
    const { read, write, insert, id: accountId } = await openTestAccount();
    const users = [await insert({ id: "ada" }), await insert({ id: "grace" })];
    for (const { id: userId } of users) {
      const session = { accountId, userId, externalId: null, metadata: {}, createTime: 1, updateTime: 1, version: 1 };
      await write(async ({ apiKeys, nonces, sessions }) => {
        await apiKeys.insert({ ...KEY, accountId, id: `K-${userId}`, userId }, new Uint8Array(32));
        await nonces.insert(`K-${userId}`, new Uint8Array(32), 7);
        await sessions.insert({ ...session, id: `open-${userId}`, endTime: null });
        await sessions.insert({ ...session, id: `ended-${userId}`, endTime: 2 });
      });
    }
    expect(await write((tx) => tx.users.purge(users[0] ?? expect.fail()))).toMatchObject({ sessions: 2, apiKeys: 1 });
    const nonceOf = (userId: string) => write(({ nonces }) => nonces.find(`K-${userId}`, new Uint8Array(32)));
    expect([await nonceOf("ada"), await nonceOf("grace")]).toEqual([undefined, { expireTime: 7, useTime: null }]);
    expect(await write(({ sessions }) => sessions.exists("open-ada"))).toBe(false);
    expect(await read(({ sessions }) => sessions.count({}))).toBe(2);
  });

  test("an account that is erased leaves nothing: one of the same id begins anew, and others keep what they have", async () => {
    const { store, ...kept } = await openTestAccount();
    const gone = await createTestAccount(store, "gone");
    for (const { insert, write, id: accountId } of [kept, gone]) {
      const { id: userId } = await insert({ id: "ada", email: "ada@example.com" });
      const session = { accountId, userId, externalId: null, metadata: {}, createTime: 1, updateTime: 1, version: 1 };
      await write(async (tx) => {
        await tx.apiKeys.insert({ ...KEY, accountId, id: "K1", userId }, new Uint8Array(32));
        await tx.nonces.insert("K1", new Uint8Array(32), 7);
        await tx.sessions.insert({ ...session, id: "s", endTime: null });
        await tx.answers.insert("Create", "r1", {
          caller: null,
          digest: new Uint8Array(32),
          userId,
          response: Uint8Array.of(1),
        });
      });
    }
    await gone.write((tx) => tx.eraseAccount());
    await expect(gone.read(async () => {})).rejects.toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
    const anew = await createTestAccount(store, "gone");
    const left = (of: typeof anew) =>
      of.write(async ({ account, users, apiKeys, sessions, nonces, answers }) => [
        account.revision,
        await users.count({ showDeleted: true }),
        await apiKeys.find("K1").then((key) => key?.id),
        await sessions.count({}),
        await sessions.exists("s"),
        await nonces.find("K1", new Uint8Array(32)).then((nonce) => nonce?.expireTime),
        await answers.find("Create", "r1").then((answer) => answer?.userId),
      ]);
    expect(await left(anew)).toEqual([0, 0, undefined, 0, false, undefined, undefined]);
    expect(await left(testAccount(store, kept.id))).toEqual([1, 1, "K1", 1, true, 7, "ada"]);
    expect((await store.findKeyHolders("K1")).map(({ accountId }) => accountId)).toEqual([kept.id]);
    expect((await anew.insert({ id: "ada", email: "ada@example.com" })).revision).toBe(1);
  });

  test("while a large account is erased, reads go on and see it whole or not at all", async () => {
    const { store, read } = await openTestAccount();
    const gone = await createTestAccount(store, "gone");
    const USERS = 4_000;
    await gone.write(async (tx) => {
      for (let users = 0; users < USERS; users += 1) await tx.users.insert(newUser(tx));
    });
    let erased = false;
    const erasing = gone
      .write((tx) => tx.eraseAccount())
      .finally(() => {
        erased = true;
      });
    const seen: unknown[] = [];
    while (!erased) {
      await read(({ users }) => users.find("nobody"));
      seen.push(await gone.read(({ users }) => users.count({ showDeleted: true })).catch(({ reason }) => reason));
      await setImmediate();
    }
    await erasing;
    expect(seen.length).toBeGreaterThan(5);
    expect(new Set(seen.slice(0, -1))).toEqual(new Set([USERS]));
    await expect(gone.read(async () => {})).rejects.toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
  });

  test("many users who are purged at once are erased as each by itself, and have counts of their own", async () => {
    const { store, ...account } = await openTestAccount();
    const other = await createTestAccount(store, "other");
    for (const of of [account, other]) {
      for (const id of ["ada", "eve", "none", "kept"]) await of.insert({ id });
    }
    const keep = async (of: typeof account | typeof other, by: string, userId: string, id: string) => {
      const source = { accountId: account.id, userId: by, token: null, address: "10.0.0.1", method: "m" };
      await of.write(
        async ({ apiKeys, nonces, sessions, answers }) => {
          const names = { certificateNames: [`${of.id} ${id}`] };
          await apiKeys.insert({ ...KEY, ...names, accountId: of.id, id: `K-${id}`, userId }, new Uint8Array(32));
          await nonces.insert(`K-${id}`, new Uint8Array(32), 7);
          await sessions.insert({ ...SESSION, accountId: of.id, id, userId });
          const response = Uint8Array.of(1);
          await answers.insert("Create", id, { caller: null, digest: new Uint8Array(32), userId, response });
        },
        { source },
      );
    };
    await keep(account, "kept", "ada", "1");
    await keep(account, "eve", "ada", "2");
    await keep(account, "eve", "eve", "3");
    await keep(account, "ada", "kept", "4");
    await keep(other, "ada", "kept", "5");
    const users = await account.read(async (view) =>
      Promise.all(["eve", "none", "ada"].map(async (id) => (await view.users.find(id)) ?? expect.fail())),
    );
    const erased = await account.write(async (tx) => {
      const erasedOf = await tx.users.purgeAll(users);
      expect(await Promise.all(users.map(({ id }) => tx.users.find(id)))).toEqual([undefined, undefined, undefined]);
      return users.map(({ id }) => erasedOf(id));
    });
    // One entry for the user, and two each time something was kept: of ada, by ada, there and elsewhere.
    expect(erased.map(({ pseudonym: _, ...counts }) => counts)).toEqual([
      { sessions: 1, apiKeys: 1, changes: 1, answers: 1, auditEntries: 1 + 2 + 2 },
      { sessions: 0, apiKeys: 0, changes: 1, answers: 0, auditEntries: 1 },
      { sessions: 2, apiKeys: 2, changes: 1, answers: 2, auditEntries: 1 + 4 + 2 + 2 },
    ]);
    const [eve, none, ada] = erased.map(({ pseudonym }) => pseudonym);
    expect(new Set([eve, none, ada]).size).toBe(3);
    const page = { descending: false, direction: "after", from: null, skip: 0, limit: 100 } as const;
    const told = async (of: typeof account | typeof other) =>
      (await of.read((view) => view.audit.list(page))).flatMap(({ resource, userId, callerUserId }) =>
        resource === "SESSION" ? [[userId, callerUserId]] : [],
      );
    expect(await told(account)).toEqual([
      [ada, "kept"],
      [ada, eve],
      [eve, eve],
      ["kept", ada],
    ]);
    expect(await told(other)).toEqual([["kept", ada]]);
    expect(await account.read(({ sessions }) => sessions.count({}))).toBe(1);
    const { changes } = await account.read((view) => view.changes.list(4, { limit: 10, withBefore: false }));
    expect(changes.map(({ type, userId, revision }) => [type, userId, revision])).toEqual([
      ["PURGED", "eve", 5],
      ["PURGED", "none", 5],
      ["PURGED", "ada", 5],
    ]);
    expect(await store.findCertificateHolders([`${account.id} 1`, `${account.id} 3`, `${account.id} 4`])).toHaveLength(1);
  });

  test("a deleted user can be purged", async () => {
    const { read, write, insert } = await openTestAccount();
    const ada = await insert({ id: "ada" });
    const deleted = await write((tx) => tx.users.update(ada, { ...ada, deleteTime: tx.now() }));
    expect(await write(({ users }) => users.purge(deleted))).toMatchObject({
      sessions: 0,
      apiKeys: 0,
      changes: 2,
      answers: 0,
    });
    expect(await read(({ users }) => users.find("ada"))).toBeUndefined();
  });

  test("the id of a purged user may be used again, and shows nothing of the past", async () => {
    const { read, write, insert } = await openTestAccount();
    const keys = { id: "ada", externalId: "x", email: "ada@example.com" };
    const first = await insert({ ...keys, about: "first", metadata: { first: true } });
    await write(({ users }) => users.purge(first));
    const second = await insert(keys);
    expect(second).toMatchObject({ about: "", metadata: {}, version: 1, revision: 3 });
    expect(await read(({ users }) => users.listAt(2, "", 10))).toEqual([{ id: "ada", state: null }]);
    expect(await write(({ users }) => users.purge(second))).toMatchObject({
      sessions: 0,
      apiKeys: 0,
      changes: 2,
      answers: 0,
    });
  });

  test("a purge in a transaction that fails erases nothing", async () => {
    const { read, write, insert } = await openTestAccount();
    const ada = await insert({ id: "ada" });
    const failed = write(async ({ users }) => {
      await users.purge(ada);
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await read(({ users }) => users.listAt(1, "", 10))).toEqual([{ id: "ada", state: ada }]);
  });
}

const SESSION = { externalId: null, metadata: {}, createTime: 1, updateTime: 1, endTime: null, version: 1 };
