import { expect, test } from "vitest";
import type { ListKey } from "../../../src/directory/lists/order.ts";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import type { Session } from "../../../src/directory/sessions/session.ts";
import { SESSION_ORDER } from "../../../src/directory/sessions/session-order.ts";
import type { PageQuery } from "../../../src/directory/store/page-query.ts";
import type { SessionListQuery } from "../../../src/directory/store/sessions.ts";
import { createTestAccount, openTestAccount, type TestAccount } from "../../support/account.ts";
import { KEY } from "../../support/api-key.ts";

export function sessions(): void {
  test("a session is found by its id, open or ended, as it was stored, while its user lives", async () => {
    const account = await openTestAccount();
    const user = await account.insert();
    const metadata = JSON.parse('{"b": [1, {"__proto__": null}], "a": 1.5, "ü": "\\u2028"}');
    const open = await insert(account, user.id, { id: "open", externalId: "x", metadata });
    const ended = await insert(account, user.id, { id: "ended", endTime: 9, version: 3 });
    const find = (id: string) => account.read(({ sessions: of }) => of.find(id));
    expect([await find("open"), await find("ended")]).toEqual([open, ended]);
    expect(await find("OPEN")).toBeUndefined();
    const deleted = await account.write((tx) => tx.users.update(user, { ...user, deleteTime: tx.now() }));
    expect([await find("open"), await find("ended")]).toEqual([undefined, undefined]);
    await account.write((tx) => tx.users.update(deleted, { ...deleted, deleteTime: null }));
    expect(await find("open")).toEqual(open);
  });

  test("the id of a session is taken in its account only, also by one of a deleted user", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    const user = await account.insert();
    const session = await insert(account, user.id, { id: "s" });
    await account.write((tx) => tx.users.update(user, { ...user, deleteTime: tx.now() }));
    const taken = (of: TestAccount, id: string) => of.write((tx) => tx.sessions.exists(id));
    expect([await taken(account, "s"), await taken(account, "S"), await taken(other, "s")]).toEqual([true, false, false]);
    await account.write((tx) => tx.sessions.delete(session));
    expect(await taken(account, "s")).toBe(false);
  });

  test("the open session with an external id is that of the user, not another's, and not one that has ended", async () => {
    const account = await openTestAccount();
    const [one, two] = [await account.insert(), await account.insert()];
    const mine = await insert(account, one.id, { id: "mine", externalId: "x" });
    await insert(account, two.id, { id: "theirs", externalId: "x" });
    await insert(account, one.id, { id: "before", externalId: "x", endTime: 1 });
    const findOpen = (userId: string, externalId: string) =>
      account.read(({ sessions: of }) => of.findOpen(userId, externalId));
    expect(await findOpen(one.id, "x")).toEqual(mine);
    expect(await findOpen(one.id, "X")).toBeUndefined();
    await expect(insert(account, one.id, { id: "again", externalId: "x" })).rejects.toThrow();
    await account.write((tx) => tx.sessions.update(mine, { ...mine, endTime: 2 }));
    expect(await findOpen(one.id, "x")).toBeUndefined();
  });

  test("a session belongs to a user of its account", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    const foreign = await other.insert();
    await expect(insert(account, foreign.id, { id: "s" })).rejects.toThrow();
  });

  test("ending the open sessions of a user ends those, counts them, and leaves the others alone", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    for (const each of [account, other]) {
      await each.insert({ id: "twin" });
      await insert(each, "twin", { id: "a" });
      await insert(each, "twin", { id: "b", endTime: 3, updateTime: 3 });
      await insert(each, "twin", { id: "c", version: 4 });
    }
    await account.insert({ id: "else" });
    await insert(account, "else", { id: "d" });
    const end = () => account.write((tx) => tx.sessions.endOpen("twin", 77));
    expect([await end(), await end()]).toEqual([2, 0]);
    const seen = async (of: TestAccount) =>
      (await of.read((view) => view.sessions.list(ALL))).map(({ id, endTime, updateTime, version }) =>
        [id, endTime, updateTime, version].join(" "),
      );
    expect(await seen(account)).toEqual(["d  5 1", "c 77 77 5", "b 3 3 1", "a 77 77 2"]);
    expect(await seen(other)).toEqual(["c  5 4", "b 3 3 1", "a  5 1"]);
  });

  test("sessions and keys that end later, of many users, have ended before anything else is read, and are told one user at a time", async () => {
    const account = await openTestAccount();
    for (const id of ["one", "two", "none", "else"]) await account.insert({ id });
    for (const [id, userId] of Object.entries({ a: "one", b: "two", c: "two", d: "else" })) {
      await insert(account, userId, { id });
      const key = { ...KEY, accountId: account.id, id: `K-${id}`, userId };
      await account.write(({ apiKeys }) => apiKeys.insert(key, new Uint8Array(32)));
    }
    await account.write(async (tx) => {
      for (const id of ["two", "one", "none"]) {
        tx.sessions.endOpenLater(id, 77);
        tx.apiKeys.revokeAllLater(id, 77);
      }
      const sessions = await tx.sessions.list(ALL);
      expect(sessions.map(({ id, endTime }) => [id, endTime])).toEqual([
        ["d", null],
        ["c", 77],
        ["b", 77],
        ["a", 77],
      ]);
      const keys = await Promise.all(["a", "b", "c", "d"].map((id) => tx.apiKeys.find(`K-${id}`)));
      expect(keys.map((key) => key?.revokeTime)).toEqual([77, 77, 77, null]);
      expect(await tx.sessions.endOpen("two", 78)).toBe(0);
      tx.sessions.endOpenLater("else", 79);
      const told = await tx.audit.list({ descending: false, direction: "after", from: null, skip: 0, limit: 100 });
      expect(told.flatMap(({ action, userId, count }) => (action === "ENDED" ? [[userId, count]] : []))).toEqual([
        ["one", 1],
        ["two", 2],
        ["else", 1],
      ]);
    });
  });

  test.each(["after", "before"] as const)(
    "sessions are listed newest first, then by id, likewise descending, in pages %s each that join, of live users alone",
    async (direction) => {
      const account = await openTestAccount();
      const [one, two, gone] = [await account.insert(), await account.insert(), await account.insert()];
      for (const [index, id] of ["b", "B", "a", "10", "9", "é"].entries()) {
        await insert(account, (index % 2 === 0 ? one : two).id, { id, createTime: index < 4 ? 5 : 6 });
      }
      await insert(account, gone.id, { id: "gone" });
      await account.write((tx) => tx.users.update(gone, { ...gone, deleteTime: tx.now() }));
      const listed = ["é", "9", "b", "a", "B", "10"];
      const expected = direction === "after" ? listed : listed.toReversed();
      expect(await walk(account, direction)).toEqual(expected);
      const ofOne = new Set(["b", "a", "9"]);
      expect(await walk(account, direction, one.id)).toEqual(expected.filter((id) => ofOne.has(id)));
      for (const [upTo, count] of UP_TO) {
        const counts = await account.read(({ sessions: of }) =>
          Promise.all([of.count({}, upTo), of.count({ userId: one.id }, upTo)]),
        );
        expect(counts).toEqual([Math.min(count, 6), Math.min(count, 3)]);
      }
    },
  );

  test("the sessions of all accounts are one list, with the account as the last key", async () => {
    const account = await openTestAccount();
    const accounts = [account, await createTestAccount(account.store, "B")];
    for (const each of accounts) {
      const user = await each.insert();
      await insert(each, user.id, { id: "same" });
      await insert(each, user.id, { id: "newer", createTime: 6 });
    }
    const all = await account.store.listAllSessions(ALL);
    expect(all.map(({ id, accountId }) => `${id} ${accountId}`)).toEqual([
      "newer default",
      "newer B",
      "same default",
      "same B",
    ]);
    const from: ListKey = [6, "newer", "B"];
    expect((await account.store.listAllSessions({ ...ALL, from, skip: 1 })).map(({ accountId }) => accountId)).toEqual([
      "B",
    ]);
    expect(
      (await account.store.listAllSessions({ ...ALL, from, direction: "before" })).map(({ accountId }) => accountId),
    ).toEqual(["default"]);
    for (const [upTo, count] of UP_TO) expect(await account.store.countAllSessions({}, upTo)).toBe(Math.min(count, 4));
  });
}

const UP_TO: ReadonlyArray<readonly [number | undefined, number]> = [
  [undefined, 99],
  [1, 1],
  [3, 3],
  [4, 4],
  [99, 99],
];
const ALL: SessionListQuery = {
  order: parseOrderBy("", SESSION_ORDER),
  direction: "after",
  from: null,
  skip: 0,
  limit: 100,
};

/** All ids, in pages of two. */
async function walk(account: TestAccount, direction: PageQuery["direction"], userId?: string): Promise<string[]> {
  const ids: string[] = [];
  for (let from: ListKey | null = null; ; ) {
    const page: Session[] = await account.read((view) => view.sessions.list({ ...ALL, direction, from, limit: 2, userId }));
    ids.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    if (last === undefined) return ids;
    from = [last.createTime, last.id, last.accountId];
  }
}

function insert(account: TestAccount, userId: string, values: Partial<Session>): Promise<Session> {
  const session = { id: "s", externalId: null, metadata: {}, createTime: 5, updateTime: 5, endTime: null, version: 1 };
  return account.write((tx) => tx.sessions.insert({ ...session, ...values, accountId: account.id, userId }));
}
