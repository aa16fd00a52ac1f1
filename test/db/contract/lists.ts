import { expect, test } from "vitest";
import type { ListKey } from "../../../src/directory/lists/order.ts";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import type { ListedUser, ListQuery, UserReader } from "../../../src/directory/store/users.ts";
import type { User } from "../../../src/directory/users/user.ts";
import { USER_ORDER } from "../../../src/directory/users/user-order.ts";
import { createTestAccount, newUser, openTestAccount, type TestAccount } from "../../support/account.ts";
import { decodeUser } from "../../support/sources.ts";

export function lists(): void {
  test("users are listed newest first, then by id byte by byte, likewise descending", async () => {
    const account = await openTestAccount();
    await fill(account);
    expect(await account.read(({ users }) => idsOf(users, {}))).toEqual(LISTED);
  });

  test("the list against its order is the same list turned round", async () => {
    const account = await openTestAccount();
    await fill(account);
    expect(await account.read(({ users }) => idsOf(users, { direction: "before" }))).toEqual(LISTED.toReversed());
  });

  test.each(["after", "before"] as const)("pages %s each user join without a gap or a repetition", async (direction) => {
    const account = await openTestAccount();
    await fill(account);
    const expected = direction === "after" ? LISTED : LISTED.toReversed();
    for (const limit of [1, 2, 3, 7, 50]) {
      const walked: string[] = [];
      for (let from: ListKey | null = null; ; ) {
        const page: ListedUser[] = await account.read(({ users }) => users.list({ ...ALL, direction, from, limit }));
        walked.push(...page.map(({ encoded }) => decodeUser(encoded).id));
        const last: ListedUser | undefined = page.at(-1);
        if (last === undefined) break;
        from = last.key;
      }
      expect(walked).toEqual(expected);
    }
  });

  test("a page begins at its place although the user there is gone", async () => {
    const account = await openTestAccount();
    const stored = await fill(account);
    const gone = stored.find(({ id }) => id === LISTED[3]) ?? expect.fail();
    await account.write((tx) => tx.users.purge(gone));
    const rest = await account.read(({ users }) => idsOf(users, { from: keyOf(gone) }));
    expect(rest).toEqual(LISTED.slice(4));
    expect(await account.read(({ users }) => idsOf(users, { from: keyOf(gone), direction: "before" }))).toEqual(
      LISTED.slice(0, 3).toReversed(),
    );
  });

  test("skip counts users from where the page would have begun", async () => {
    const account = await openTestAccount();
    const stored = await fill(account);
    const third = stored.find(({ id }) => id === LISTED[2]) ?? expect.fail();
    const list = (query: Partial<ListQuery>) => account.read(({ users }) => idsOf(users, query));
    expect(await list({ skip: 2, limit: 3 })).toEqual(LISTED.slice(2, 5));
    expect(await list({ skip: 2, from: keyOf(third), limit: 2 })).toEqual(LISTED.slice(5, 7));
    expect(await list({ skip: 1, from: keyOf(third), direction: "before" })).toEqual(LISTED.slice(0, 1));
    expect(await list({ skip: LISTED.length })).toEqual([]);
    expect(await list({ skip: 1_000_000 })).toEqual([]);
  });

  test("nothing lies past the ends", async () => {
    const account = await openTestAccount();
    expect(await account.read(({ users }) => idsOf(users, {}))).toEqual([]);
    await fill(account);
    const list = (query: Partial<ListQuery>) => account.read(({ users }) => idsOf(users, query));
    expect(await list({ from: [0, "", ""] })).toEqual([]);
    expect(await list({ from: [Number.MAX_SAFE_INTEGER, "", ""], direction: "before" })).toEqual([]);
    expect(await list({ from: [Number.MAX_SAFE_INTEGER, "", ""] })).toEqual(LISTED);
  });

  test("deleted users are listed and counted on request only", async () => {
    const account = await openTestAccount();
    const [first = expect.fail()] = await fill(account);
    await account.write((tx) => tx.users.update(first, { ...first, deleteTime: tx.now() }));
    const seen = await account.read(async ({ users }) => [
      await idsOf(users, {}),
      await users.count({ showDeleted: true }),
      await idsOf(users, { showDeleted: false }),
      await users.count({ showDeleted: false }),
    ]);
    expect(seen).toEqual([LISTED, LISTED.length, LISTED.filter((id) => id !== first.id), LISTED.length - 1]);
  });

  test("the users of all accounts are one list, with the account as the last key", async () => {
    const a = await openTestAccount();
    const accounts = [a, await createTestAccount(a.store, "B"), await createTestAccount(a.store, "c")];
    for (const { insert } of accounts) {
      await insert({ id: "same", createTime: 5 });
      await insert({ id: "newer", createTime: 6 });
    }
    const deleted = await a.insert({ id: "deleted", createTime: 7 });
    await a.write((tx) => tx.users.update(deleted, { ...deleted, deleteTime: 8 }));
    const expected = ["newer default", "newer c", "newer B", "same default", "same c", "same B"];
    const name = ({ key: [, id, accountId], encoded }: ListedUser) => {
      expect(decodeUser(encoded)).toMatchObject({ id, accountId });
      return `${id} ${accountId}`;
    };
    const all = await a.store.listAllUsers({ ...ALL, showDeleted: false });
    expect(all.map(name)).toEqual(expected);
    const before = await a.store.listAllUsers({ ...ALL, showDeleted: false, direction: "before", from: [5, "same", "c"] });
    expect(before.map(name)).toEqual(expected.slice(0, 4).toReversed());
    const page = await a.store.listAllUsers({ ...ALL, showDeleted: false, from: [6, "newer", "c"], skip: 1, limit: 2 });
    expect(page.map(name)).toEqual(expected.slice(3, 5));
    for (const upTo of [undefined, 1, 6, 7, 8]) {
      const counts = [false, true].map((showDeleted) => a.store.countAllUsers({ showDeleted }, upTo));
      expect(await Promise.all(counts)).toEqual([Math.min(6, upTo ?? 6), Math.min(7, upTo ?? 7)]);
    }
  });
}

const ALL: ListQuery = {
  showDeleted: true,
  order: parseOrderBy("", USER_ORDER),
  direction: "after",
  from: null,
  skip: 0,
  limit: 100,
};
/** Times tie, as after an import. */
const TIMES = { 1000: ["b", "B", "a", "10", "9"], 2000: ["z", "é", "e", "U2", "U10"], 3000: ["m"] };
const LISTED = ["m", "é", "z", "e", "U2", "U10", "b", "a", "B", "9", "10"];

function fill(account: TestAccount): Promise<User[]> {
  return account.write(async (tx) => {
    const stored: User[] = [];
    for (const [time, ids] of Object.entries(TIMES)) {
      for (const id of ids) stored.push(await tx.users.insert(newUser(tx, { id, createTime: Number(time) })));
    }
    return stored;
  });
}

async function idsOf(users: UserReader, query: Partial<ListQuery>): Promise<string[]> {
  return (await users.list({ ...ALL, ...query })).map(({ encoded }) => decodeUser(encoded).id);
}

function keyOf(user: User): ListKey {
  return [user.createTime, user.id, user.accountId];
}
