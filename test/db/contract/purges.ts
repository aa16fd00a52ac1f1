import { expect, test } from "vitest";
import { openTestAccount } from "../../support/account.ts";

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
      const key = {
        id,
        userId,
        displayName: "Key",
        role: "READER",
        createTime: 1,
        expireTime: null,
        requireNonce: false,
        lastUseTime: null,
        revokeTime: null,
      } as const;
      await write(({ apiKeys }) => apiKeys.insert(key, new Uint8Array(32)));
    }
    const answer = { digest: new Uint8Array(32), response: Uint8Array.of(1) };
    await write(({ answers }) => answers.insert("Create", "r1", { ...answer, userId: "ada" }));
    await write(({ answers }) => answers.insert("Create", "r2", { ...answer, userId: "grace" }));

    expect(await write(({ users }) => users.purge(changed))).toEqual({ sessions: 0, apiKeys: 2, changes: 2, answers: 1 });

    const seen = await read(async ({ users, apiKeys }) => [
      await users.find("ada"),
      await users.findLive("email", ["ada@example.com"]),
      await users.count(true),
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

  test("a deleted user can be purged", async () => {
    const { read, write, insert } = await openTestAccount();
    const ada = await insert({ id: "ada" });
    const deleted = await write((tx) => tx.users.update(ada, { ...ada, deleteTime: tx.now() }));
    expect(await write(({ users }) => users.purge(deleted))).toEqual({ sessions: 0, apiKeys: 0, changes: 2, answers: 0 });
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
    expect(await write(({ users }) => users.purge(second))).toEqual({ sessions: 0, apiKeys: 0, changes: 2, answers: 0 });
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
