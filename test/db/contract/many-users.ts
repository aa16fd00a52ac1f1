import { expect, test } from "vitest";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import { createSession } from "../../../src/directory/sessions/sessions.ts";
import { USER_ORDER } from "../../../src/directory/users/user-order.ts";
import { newUser, openTestAccount, testAccount } from "../../support/account.ts";

/** What a transaction remembers of users, and what it has not written yet, must not be seen in anything. */
export function manyUsers(): void {
  test("users that were loaded are found as they are, and as the transaction leaves them", async () => {
    const { write, insert } = await openTestAccount();
    const ada = await insert({ id: "ada", externalId: "x", email: "Ada@example.com" });
    const gone = await insert({ id: "gone", externalId: "y" });
    const deleted = await write((tx) => tx.users.update(gone, { ...gone, deleteTime: 1 }));
    const heir = await insert({ id: "heir", externalId: "y" });
    await write(async ({ users, ...tx }) => {
      await users.load({
        ids: ["ada", "gone", "nobody"],
        externalIds: ["x", "y", "z"],
        emails: ["ADA@example.com", "e@f.org"],
      });
      expect([await users.find("ada"), await users.find("gone"), await users.find("nobody")]).toEqual([
        ada,
        deleted,
        undefined,
      ]);
      expect(await users.findLive("externalId", ["x", "z", "y", "x"])).toEqual([ada, heir]);
      expect(await users.findLive("email", ["ada@EXAMPLE.com", "Ada@example.com"])).toEqual([ada]);

      const moved = await users.update(ada, { ...ada, externalId: "z", email: null });
      expect(await users.findLive("externalId", ["x", "z"])).toEqual([moved]);
      expect(await users.findLive("email", ["ada@example.com"])).toEqual([]);
      const other = await users.insert(newUser({ users, ...tx }, { id: "nobody", email: "ada@example.com" }));
      expect([await users.find("nobody"), ...(await users.findLive("email", ["ada@example.com"]))]).toEqual([other, other]);

      const restored = await users.update(deleted, { ...deleted, deleteTime: null, externalId: null });
      expect(await users.find("gone")).toEqual(restored);
      expect(await users.findLive("externalId", ["y"])).toEqual([heir]);
      await users.purge(moved);
      expect([await users.find("ada"), ...(await users.findLive("externalId", ["z"]))]).toEqual([undefined]);
    });
  });

  test("whatever else a transaction does finds the users that it has inserted", async () => {
    const { read, write } = await openTestAccount();
    const seen = await write(async (tx) => {
      const insert = async (count: number, superAdmin = false) => {
        let last = await tx.users.insert(newUser(tx, { superAdmin }));
        for (let more = 1; more < count; more += 1) last = await tx.users.insert(newUser(tx, { superAdmin }));
        return last;
      };
      const counts: unknown[] = [];
      await insert(100);
      counts.push(await tx.users.count({ showDeleted: false }));
      await insert(1);
      counts.push((await tx.users.listAt(1, "", 1_000)).length);
      const page = { showDeleted: false, direction: "after", from: null, skip: 0, limit: 1_000 } as const;
      await insert(1);
      counts.push((await tx.users.list({ ...page, order: parseOrderBy("", USER_ORDER) })).length);
      await insert(2, true);
      counts.push(await tx.countActiveSuperAdmins());
      counts.push((await createSession(tx, { userId: (await insert(1)).id })).version);
      await insert(1);
      counts.push((await tx.changes.list(0, { limit: 1_000, withBefore: false })).changes.length);
      const changed = await insert(1);
      counts.push((await tx.users.update(changed, { ...changed, about: "changed" })).version);
      counts.push(await tx.users.purge(await insert(1)));
      await insert(71);
      return counts;
    });
    const erased = { sessions: 0, apiKeys: 0, changes: 1, answers: 0 };
    expect(seen).toEqual([100, 101, 102, 2, 1, 106, 2, erased]);
    const left = await read(async ({ users, changes }) => [
      await users.count({ showDeleted: true }),
      (await changes.list(0, { limit: 1_000, withBefore: false })).changes.map((change) => change.revision),
    ]);
    expect(left).toEqual([178, Array.from({ length: 180 }, () => 1)]);
  });

  test("an account that is erased takes the users with it that were inserted just before", async () => {
    const { store } = await openTestAccount();
    await store.createAccount({ id: "short", name: "Short", slug: "short", metadata: {} }, async (tx) => {
      await tx.users.insert(newUser(tx));
      await tx.eraseAccount();
    });
    await expect(testAccount(store, "short").insert()).rejects.toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
  });
}
