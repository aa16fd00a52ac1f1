import { expect, test } from "vitest";
import { newUser, openTestAccount } from "../../support/account.ts";
import { createRandom } from "../../support/random.ts";
import { Model } from "./model.ts";
import { walk } from "./walk.ts";

export function history(): void {
  test.each([1, 2, 3])("every past revision is listed exactly as it was, page by page (seed %i)", async (seed) => {
    const account = await openTestAccount();
    const model = new Model(createRandom(seed));
    for (let transactions = 0; transactions < 150; transactions += 1) {
      await account.write(async (tx) => model.change(tx));
      model.snapshot(await account.read(async (view) => view.account.revision));
    }
    expect(model.snapshots.size).toBeGreaterThan(100);
    expect(model.kinds).toEqual(new Set(["insert", "update", "delete", "undelete", "purge", "insert again"]));
    for (const revision of model.snapshots.keys()) {
      expect(await walk(account, revision, 1 + (revision % 30))).toEqual(model.at(revision));
    }
  });

  test("a user that did not exist then is null", async () => {
    const account = await openTestAccount();
    const ada = await account.insert({ id: "ada" });
    await account.insert({ id: "grace" });
    expect(await walk(account, 0, 10)).toEqual([
      { id: "ada", state: null },
      { id: "grace", state: null },
    ]);
    expect(await walk(account, 1, 10)).toEqual([
      { id: "ada", state: ada },
      { id: "grace", state: null },
    ]);
  });

  test("several changes of one user in one transaction are one step", async () => {
    const account = await openTestAccount();
    const ada = await account.insert({ id: "ada", about: "0" });
    const last = await account.write(async ({ users, now }) => {
      const one = await users.update(ada, { ...ada, about: "1" });
      const gone = await users.update(one, { ...one, deleteTime: now() });
      const back = await users.update(gone, { ...gone, deleteTime: null });
      return users.update(back, { ...back, about: "2" });
    });
    const again = await account.write(({ users }) => users.update(last, { ...last, about: "3" }));
    const states = [];
    for (const revision of [1, 2, 3]) states.push((await walk(account, revision, 10))[0]?.state);
    expect(states).toEqual([ada, last, again]);
    expect(last).toMatchObject({ version: 5, revision: 2 });
  });

  test("a user created and changed in one transaction was not there before it", async () => {
    const account = await openTestAccount();
    await account.insert({ id: "other" });
    const user = await account.write(async (tx) => {
      const first = await tx.users.insert(newUser(tx, { id: "both" }));
      return tx.users.update(first, { ...first, about: "changed" });
    });
    expect(await walk(account, 1, 10)).toContainEqual({ id: "both", state: null });
    expect(await walk(account, 2, 10)).toContainEqual({ id: "both", state: user });
  });

  test("a user that took the id of a purged one was not there before", async () => {
    const account = await openTestAccount();
    const first = await account.insert({ id: "ada", about: "first" });
    await account.write(({ users }) => users.purge(first));
    const second = await account.insert({ id: "ada", about: "second" });
    expect(second).toMatchObject({ version: 1, revision: 3 });
    for (const revision of [0, 1, 2]) expect(await walk(account, revision, 10)).toEqual([{ id: "ada", state: null }]);
    expect(await walk(account, 3, 10)).toEqual([{ id: "ada", state: second }]);
  });

  test("purged and made anew in one transaction, a user was not there before", async () => {
    const account = await openTestAccount();
    const first = await account.insert({ id: "ada", about: "first" });
    const second = await account.write(async (tx) => {
      await tx.users.purge(first);
      return tx.users.insert(newUser(tx, { id: "ada", about: "second" }));
    });
    expect(await walk(account, 1, 10)).toEqual([{ id: "ada", state: null }]);
    expect(await walk(account, 2, 10)).toEqual([{ id: "ada", state: second }]);
  });
}
