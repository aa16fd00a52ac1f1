import type { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/directory/accounts/account.ts";
import type { User } from "../../src/directory/users/user.ts";
import { createTestAccount, newUser, openTestAccount, testAccount } from "../support/account.ts";
import { withClient } from "../support/postgres.ts";
import { reopenTestStore } from "../support/store.ts";

test("a deadlock between two servers is run again with all writes that share the transaction, and each happens once", () =>
  untilIt(deadlock));

test("a write that is undone alone gives up the account it has locked, and the next of its group takes it as it is by then", () =>
  untilIt(undoBeforeWaiter));

/** Tries again until what the test is about has happened: who shares a group, and who gets a lock first, is a matter of moments. */
async function untilIt(happens: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) if (await happens()) return;
  expect.fail("it has not happened in 20 tries");
}

/** Whether the deadlock ended the group's transaction, and that was one of several writes. */
async function deadlock(): Promise<boolean> {
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
    // PostgreSQL ends the one that has waited for a second: the group, unless this comes too late.
    await someoneWaits(url);
    return tx.insertAccount({ id: "b", name: "B", slug: "wanted-by-both", metadata: {} });
  });
  const [outcomes, [others]] = await Promise.all([Promise.allSettled(writes), Promise.allSettled([other])]);
  const revisions = outcomes.map((outcome) => outcome.status === "fulfilled" && outcome.value.revision);
  const taken = { status: "rejected", reason: { reason: "SLUG_TAKEN" } };
  const groupWasEnded = outcomes[2]?.status === "rejected";
  expect(revisions).toEqual(groupWasEnded ? [1, 2, false, 3] : [1, 2, 3, 4]);
  expect(groupWasEnded ? outcomes[2] : others).toMatchObject(taken);
  const count = groupWasEnded ? 3 : 4;
  expect(await account.read(async (view) => [view.account.revision, await view.users.count({ showDeleted: true })])).toEqual(
    [count, count],
  );
  // Once more for the deadlock, and if it is not the only one, to be undone alone.
  return runs === 3;
}

/** Whether the other server, which waits for the account, writes before the rest of the group. */
async function undoBeforeWaiter(): Promise<boolean> {
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
        await someoneWaits(url);
        throw new Error("undone alone");
      }
      return tx.users.insert(newUser(tx));
    }),
    insert(),
    // Makes the group run again, each under a savepoint.
    write(async (tx) => {
      await tx.users.insert(newUser(tx));
      await tx.users.count({ showDeleted: true });
      throw new Error("undone alone");
    }),
    insert(),
  ];
  const outcomes = await Promise.allSettled(writes);
  const revisions = outcomes.map((outcome) => outcome.status === "fulfilled" && outcome.value.revision);
  const waiters = (await written)?.revision;
  // Not again for a deadlock.
  expect(runs).toBeLessThanOrEqual(2);
  expect([...revisions, waiters].filter(Number).sort()).toEqual([1, 2, 3]);
  expect(await read(async (view) => [view.account.revision, await view.users.count({ showDeleted: true })])).toEqual([3, 3]);
  return waiters === 1;
}

const someoneWaits = (url: string) => expect.poll(() => withClient(url, countWaiting)).toBeGreaterThan(0);

/** How many connections to the database wait for a lock. */
async function countWaiting(client: Client): Promise<number> {
  const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  return (await client.query(waiting)).rowCount ?? 0;
}
