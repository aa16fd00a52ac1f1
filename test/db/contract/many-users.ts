import { expect, test } from "vitest";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import { createSession } from "../../../src/directory/sessions/sessions.ts";
import type { User } from "../../../src/directory/users/user.ts";
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

  test("many updates of one transaction end as one after the other would, each in the history, and keys change hands", async () => {
    const { read, write } = await openTestAccount();
    const all = { showDeleted: true };
    const count = 150;
    await write(async (tx) => {
      for (let n = 0; n < count; n += 1) {
        const keys = { id: `u${n}`, externalId: `x${n}`, email: `e${n}@example.com` };
        await tx.users.insert(newUser(tx, keys));
      }
    });
    const ended = await write(async (tx) => {
      const change = async (id: string, values: Partial<User>) => {
        const before = (await tx.users.find(id)) ?? expect.fail(id);
        return tx.users.update(before, { ...before, ...values });
      };
      const last = new Map<string, User>();
      for (let n = 0; n < count; n += 1) {
        const id = `u${n}`;
        await change(id, { about: `first ${n}`, metadata: { n }, displayName: null, superAdmin: n === 0 });
        // Everybody takes the keys of the one before, who has given them up.
        await change(id, { email: null, ...(n % 2 === 0 && { deleteTime: n + 1 }) });
        if (n > 0) await change(id, { externalId: n % 2 === 1 ? `x${n - 1}` : null, email: `e${n - 1}@example.com` });
        last.set(id, await change(id, { project: `p${n}` }));
        if (n === 99) expect(await tx.users.count(all)).toBe(count);
      }
      last.set("late", await tx.users.insert(newUser(tx, { id: "late", email: `e${count - 1}@example.com` })));
      last.set("late", await change("late", { about: "late" }));
      return last;
    });
    const seen = await read(async ({ users, changes }) => {
      const found = await Promise.all([...ended.keys()].map((id) => users.find(id)));
      const { changes: listed } = await changes.list(1, { limit: 1, withBefore: false });
      return { found, versions: listed.map(({ userId, version }) => `${userId} ${version}`) };
    });
    expect(seen.found).toEqual([...ended.values()]);
    expect(seen.versions).toHaveLength(4 * count - 1 + 2);
    expect(seen.versions.slice(0, 6)).toEqual(["u0 2", "u0 3", "u0 4", "u1 2", "u1 3", "u1 4"]);
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
    const erased = expect.objectContaining({ sessions: 0, apiKeys: 0, changes: 1, answers: 0, auditEntries: 1 });
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
