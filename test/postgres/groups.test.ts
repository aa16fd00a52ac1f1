import type { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/directory/accounts/account.ts";
import type { User } from "../../src/directory/users/user.ts";
import { createTestAccount, newUser, openTestAccount, testAccount } from "../support/account.ts";
import { withClient } from "../support/postgres.ts";
import { reopenTestStore } from "../support/store.ts";

test("a deadlock between two servers is run again with all writes that share the transaction, and each happens once", async () => {
  const { store, url } = await openTestAccount();
  const account = await createTestAccount(store, "a");
  const second = await reopenTestStore(url);
  onTestFinished(() => second.close());
  const claimed = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  let runs = 0;
  // Holds the slug and asks for the row of the default account; the other server has the row and asks for the slug.
  const writes = [
    account.insert(),
    account.insert(),
    account.write(async (tx) => {
      runs += 1;
      await tx.updateAccount({ ...tx.account, slug: "wanted-by-both" });
      claimed.resolve();
      await locked.promise;
      await tx.countActiveSuperAdmins();
      return tx.users.insert(newUser(tx));
    }),
    account.insert(),
  ];
  const other = testAccount(second.store, DEFAULT_ACCOUNT).write(async (tx) => {
    locked.resolve();
    await claimed.promise;
    // PostgreSQL ends the one that has waited longer: the group.
    for (let trips = 0; trips < 50; trips += 1) await tx.users.count(true);
    return tx.insertAccount({ id: "b", name: "B", slug: "wanted-by-both", metadata: {} });
  });
  const outcomes = await Promise.allSettled(writes);
  expect(outcomes.map((outcome) => outcome.status === "fulfilled" && outcome.value.revision)).toEqual([1, 2, false, 3]);
  expect(outcomes[2]).toMatchObject({ reason: { reason: "SLUG_TAKEN" } });
  expect(await other).toMatchObject({ id: "b" });
  // Once more for the deadlock, and to be undone alone.
  expect(runs).toBe(3);
  expect(await account.read(async (view) => [view.account.revision, await view.users.count(true)])).toEqual([3, 3]);
});

test("a write that is undone alone gives up the account it has locked, and the next of its group takes it as it is by then", async () => {
  const { url, id, insert, write, read } = await openTestAccount();
  const second = await reopenTestStore(url);
  onTestFinished(() => second.close());
  const other = testAccount(second.store, id);
  let runs = 0;
  let written: Promise<User> | undefined;
  const writes = [
    write(async (tx) => {
      runs += 1;
      if (runs === 2) {
        written = other.insert();
        await expect.poll(() => withClient(url, countWaiting)).toBeGreaterThan(0);
        throw new Error("undone alone");
      }
      return tx.users.insert(newUser(tx));
    }),
    insert(),
    // Makes the group run again, each under a savepoint.
    write(async (tx) => {
      await tx.users.insert(newUser(tx));
      await tx.users.count(true);
      throw new Error("undone alone");
    }),
    insert(),
  ];
  const outcomes = await Promise.allSettled(writes);
  expect(outcomes.map((outcome) => outcome.status === "fulfilled" && outcome.value.revision)).toEqual([false, 2, false, 3]);
  expect(await written).toMatchObject({ revision: 1 });
  // Not for a deadlock.
  expect(runs).toBe(2);
  expect(await read(async (view) => [view.account.revision, await view.users.count(true)])).toEqual([3, 3]);
});

/** How many connections to the database wait for a lock. */
async function countWaiting(client: Client): Promise<number> {
  const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  return (await client.query(waiting)).rowCount ?? 0;
}
