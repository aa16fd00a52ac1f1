import { expect, test } from "vitest";
import { DAY } from "../../../src/directory/clock.ts";
import type { User } from "../../../src/directory/user.ts";
import { createTestAccount, newUser, openTestAccount, type TestAccount } from "../../support/account.ts";
import { createRandom } from "../../support/random.ts";
import { Model } from "./model.ts";

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
    for (const [revision, limit] of model.snapshots.keys().map((revision) => [revision, 1 + (revision % 9)] as const)) {
      expect(await walk(account, revision, limit)).toEqual(model.at(revision));
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

  test("pruning forgets old changes, raises the history floor to the last of them, and keeps the rest exact", async () => {
    const { time, ...account } = await openWithTime();
    const states: User[] = [await account.insert({ id: "ada", about: "1" })];
    for (const about of ["2", "3", "4", "5", "6"]) {
      time.now += DAY;
      const before = states.at(-1) ?? expect.fail();
      states.push(await account.write(({ users }) => users.update(before, { ...before, about })));
    }
    const other = await createTestAccount(account.store, "other");
    await other.insert();
    await account.store.prune({ changes: time.now - 2 * DAY - DAY / 2, answers: 0 });
    expect(await account.read(async (view) => [view.account.historyFloor, view.account.revision])).toEqual([3, 6]);
    expect(await other.read(async (view) => view.account.historyFloor)).toBe(0);
    for (const revision of [3, 4, 5, 6]) {
      expect(await walk(account, revision, 1)).toEqual([{ id: "ada", state: states[revision - 1] }]);
    }
    await account.store.prune({ changes: time.now - 2 * DAY - DAY / 2, answers: 0 });
    expect(await account.read(async (view) => view.account.historyFloor)).toBe(3);
  });

  test("pruning with nothing old enough changes nothing, and may take everything", async () => {
    const { time, ...account } = await openWithTime();
    const start = time.now;
    const ada = await account.insert({ id: "ada" });
    await account.store.prune({ changes: start, answers: 0 });
    expect(await account.read(async (view) => view.account.historyFloor)).toBe(0);
    expect(await walk(account, 0, 10)).toEqual([{ id: "ada", state: null }]);
    await account.store.prune({ changes: time.now + DAY, answers: 0 });
    expect(await account.read(async (view) => view.account.historyFloor)).toBe(1);
    expect(await walk(account, 1, 10)).toEqual([{ id: "ada", state: ada }]);
    expect((await account.insert()).revision).toBe(2);
  });

  test("pruning takes any number of changes, some thousands in one transaction", async () => {
    const { time, ...account } = await openWithTime();
    await account.write(async (tx) => {
      for (let count = 0; count < 4_500; count += 1) await tx.users.insert(newUser(tx));
    });
    time.now += DAY;
    const late = await account.insert();
    await account.store.prune({ changes: time.now - 1, answers: 0 });
    expect(await account.read(async (view) => view.account.historyFloor)).toBe(1);
    const states = await account.read(({ users }) => users.listAt(1, "", 5_000));
    expect(states.filter(({ state }) => state === null).map(({ id }) => id)).toEqual([late.id]);
    expect(states).toHaveLength(4_501);
  });

  test("pruning forgets old answers, and no others", async () => {
    const { time, ...account } = await openWithTime();
    const insert = (id: string) =>
      account.write((tx) => tx.answers.insert("m", id, { digest: new Uint8Array(1), userId: null, response: null }));
    await insert("old");
    time.now += DAY;
    await insert("new");
    await account.store.prune({ changes: 0, answers: time.now });
    const found = await account.write(async ({ answers }) => [
      await answers.find("m", "old"),
      await answers.find("m", "new"),
    ]);
    expect(found).toEqual([undefined, expect.objectContaining({ userId: null })]);
  });
}

/** A clock that moves on by a microsecond a call, and further on request. */
async function openWithTime() {
  const time = { now: 1_700_000_000_000_000 };
  return { time, ...(await openTestAccount({ clock: () => (time.now += 1) })) };
}

async function walk(account: TestAccount, revision: number, limit: number) {
  const all = [];
  for (let after = ""; ; ) {
    const page = await account.read(({ users }) => users.listAt(revision, after, limit));
    expect(page.length).toBeLessThanOrEqual(limit);
    all.push(...page);
    const last = page.at(-1);
    if (last === undefined) {
      return all;
    }
    after = last.id;
  }
}
