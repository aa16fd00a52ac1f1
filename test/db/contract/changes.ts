import { expect, test } from "vitest";
import type { CommitEvent } from "../../../src/directory/store/commit-event.ts";
import type { UserChange } from "../../../src/directory/users/change.ts";
import { newUser, openTestAccount, type TestAccount } from "../../support/account.ts";

export function changes(): void {
  test("the changes after a revision come in the order of their commits, with what they left and who made them", async () => {
    const account = await openTestAccount();
    const ada = await account.insert({ id: "ada" });
    const origin = { apiKeyId: "K1", requestId: "r-1" };
    const renamed = await account.write(({ users }) => users.update(ada, { ...ada, name: "Ada", about: "x" }), origin);
    const deleted = await account.write(({ users, now }) => users.update(renamed, { ...renamed, deleteTime: now() }));
    const back = await account.write(({ users }) => users.update(deleted, { ...deleted, deleteTime: null }));
    const { changes, done } = await list(account, 0, 10);
    expect(done).toBe(true);
    expect(changes.map(brief)).toEqual(["1 CREATED ada 1", "2 UPDATED ada 2", "3 DELETED ada 3", "4 UNDELETED ada 4"]);
    expect(changes.map(({ user }) => user)).toEqual([ada, renamed, deleted, back]);
    expect(changes[0]).toMatchObject({ apiKeyId: null, requestId: null, changedFields: [] });
    expect(changes[1]).toMatchObject({ ...origin, changedFields: ["name", "about"] });
    expect((await list(account, 2, 10)).changes).toEqual(changes.slice(2));
    expect(await list(account, 4, 10)).toEqual({ changes: [], done: true });
  });

  test("only whole revisions come; one that has more changes than asked for comes alone and entire", async () => {
    const account = await openTestAccount();
    for (const size of [2, 3, 1, 4]) {
      await account.write(async (tx) => {
        for (let count = 0; count < size; count += 1) await tx.users.insert(newUser(tx));
      });
    }
    const revisions = async (after: number, limit: number) => {
      const { changes, done } = await list(account, after, limit);
      return [changes.map(({ revision }) => revision).join(""), done];
    };
    expect(await revisions(0, 1)).toEqual(["11", false]);
    expect(await revisions(0, 4)).toEqual(["11", false]);
    expect(await revisions(0, 5)).toEqual(["11222", false]);
    expect(await revisions(0, 6)).toEqual(["112223", false]);
    expect(await revisions(1, 2)).toEqual(["222", false]);
    expect(await revisions(3, 3)).toEqual(["4444", false]);
    expect(await revisions(3, 4)).toEqual(["4444", true]);
    expect(await revisions(0, 10)).toEqual(["1122234444", true]);
  });

  test("a purge takes the user's changes, and stays itself, without an image", async () => {
    const account = await openTestAccount();
    const ada = await account.insert({ id: "ada" });
    await account.insert({ id: "grace" });
    await account.write(({ users }) => users.purge(ada));
    await account.insert({ id: "ada" });
    const { changes } = await list(account, 0, 10);
    expect(changes.map(brief)).toEqual(["2 CREATED grace 1", "3 PURGED ada 2", "4 CREATED ada 1"]);
    expect(changes[1]?.user).toBeNull();
  });

  test("the event of a commit of users has its revision, and comes when that can be read; what changed nothing has none", async () => {
    const account = await openTestAccount();
    const events: CommitEvent[] = [];
    account.store.onCommit((event) => events.push(event));
    const ada = await account.insert({ id: "ada" });
    await account.write(async () => {});
    await account.write(({ users }) => users.update(ada, { ...ada, name: "Ada" }), { dryRun: true });
    await account.write(() => Promise.reject(new Error("rolled back"))).catch(() => {});
    await account.write(({ users }) => users.purge(ada));
    expect(events).toMatchObject([
      { accountId: "default", revision: 1 },
      { accountId: "default", revision: 2 },
    ]);
    expect(await account.store.revisions(["default", "nowhere"])).toEqual(new Map([["default", 2]]));
  });
}

function list(account: TestAccount, after: number, limit: number) {
  return account.read((view) => view.changes.list(after, { limit, withBefore: false }));
}

function brief({ revision, type, userId, version }: UserChange): string {
  return `${revision} ${type} ${userId} ${version}`;
}
