import { expect, test } from "vitest";
import type { User } from "../../../src/directory/users/user.ts";
import { DAY } from "../../../src/directory/values/clock.ts";
import { createTestAccount, newUser, openTestAccount } from "../../support/account.ts";
import { walk } from "./walk.ts";

export function retention(): void {
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
    await account.store.prune({ changes: time.now - 2 * DAY - DAY / 2, answers: 0, audit: 0 });
    expect(await account.read(async (view) => [view.account.historyFloor, view.account.revision])).toEqual([3, 6]);
    expect(await other.read(async (view) => view.account.historyFloor)).toBe(0);
    for (const revision of [3, 4, 5, 6]) {
      expect(await walk(account, revision, 1)).toEqual([{ id: "ada", state: states[revision - 1] }]);
    }
    await account.store.prune({ changes: time.now - 2 * DAY - DAY / 2, answers: 0, audit: 0 });
    expect(await account.read(async (view) => view.account.historyFloor)).toBe(3);
  });

  test("pruning with nothing old enough changes nothing, and may take everything", async () => {
    const { time, ...account } = await openWithTime();
    const start = time.now;
    const ada = await account.insert({ id: "ada" });
    await account.store.prune({ changes: start, answers: 0, audit: 0 });
    expect(await account.read(async (view) => view.account.historyFloor)).toBe(0);
    expect(await walk(account, 0, 10)).toEqual([{ id: "ada", state: null }]);
    await account.store.prune({ changes: time.now + DAY, answers: 0, audit: 0 });
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
    await account.store.prune({ changes: time.now - 1, answers: 0, audit: 0 });
    expect(await account.read(async (view) => view.account.historyFloor)).toBe(1);
    const states = await account.read(({ users }) => users.listAt(1, "", 5_000));
    expect(states.filter(({ state }) => state === null).map(({ id }) => id)).toEqual([late.id]);
    expect(states).toHaveLength(4_501);
  });

  test("pruning forgets old answers, and no others", async () => {
    const { time, ...account } = await openWithTime();
    const insert = (id: string) =>
      account.write((tx) =>
        tx.answers.insert("m", id, { caller: null, digest: new Uint8Array(1), userId: null, response: null }),
      );
    await insert("old");
    time.now += DAY;
    await insert("new");
    await account.store.prune({ changes: 0, answers: time.now, audit: 0 });
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
