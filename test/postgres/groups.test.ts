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
    await expect.poll(() => withClient(url, countWaiting)).toBeGreaterThan(0);
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

  /** The revisions of the two writes that share a transaction, and of the other server's. */
  async function writeAroundOneThatIsUndone(): Promise<number[]> {
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
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected", "fulfilled"]);
    // Not for a deadlock.
    expect(runs).toBe(2);
    const revisions = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value.revision : []));
    return [...revisions, (await written)?.revision ?? expect.fail("nothing written")];
  }

  // Whoever is quicker has the account next. When it was the other server, the group must have taken note.
  for (let before = 0, otherWasNext = false; !otherWasNext; before += 3) {
    const revisions = await writeAroundOneThatIsUndone();
    expect(revisions.toSorted()).toEqual([before + 1, before + 2, before + 3]);
    expect(await read(async (view) => [view.account.revision, await view.users.count(true)])).toEqual([
      before + 3,
      before + 3,
    ]);
    otherWasNext = revisions.at(-1) === before + 1;
  }
});

/** How many connections to the database wait for a lock. */
async function countWaiting(client: Client): Promise<number> {
  const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  return (await client.query(waiting)).rowCount ?? 0;
}
