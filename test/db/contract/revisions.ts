import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createTestAccount, newUser, openTestAccount, type TestAccount } from "../../support/account.ts";

export function revisions(): void {
  test("the revision of a new account is 0, and its history begins there", async () => {
    const { read } = await openTestAccount();
    expect(await read(async ({ account }) => account)).toMatchObject({ revision: 0, historyFloor: 0, status: "ACTIVE" });
  });

  test("each committed transaction that changes users counts the revision up by one, however many it changes", async () => {
    const account = await openTestAccount();
    const ada = await account.insert();
    expect(ada).toMatchObject({ version: 1, revision: 1 });
    const states = await account.write(async (tx) => {
      const grace = await tx.users.insert(newUser(tx));
      const changed = await tx.users.update(ada, { ...ada, about: "1" });
      const again = await tx.users.update(changed, { ...changed, about: "2" });
      const erased = await tx.users.purge(grace);
      return [grace.revision, changed.revision, again.revision, again.version, tx.revision, erased.changes];
    });
    expect(states).toEqual([2, 2, 2, 3, 2, 1]);
    expect(await revisionOf(account)).toBe(2);
  });

  test("transactions that change no user leave the revision as it is", async () => {
    const account = await openTestAccount();
    const user = await account.insert();
    await account.write((tx) => tx.users.find(user.id));
    await account.write((tx) =>
      tx.answers.insert("m", "r", { caller: null, digest: new Uint8Array(1), userId: null, response: null }),
    );
    await expect(
      account.write(async (tx) => {
        await tx.users.insert(newUser(tx));
        throw new Error("never mind");
      }),
    ).rejects.toThrow("never mind");
    await account.write((tx) => tx.users.insert(newUser(tx)), { dryRun: true });
    expect(await revisionOf(account)).toBe(1);
    expect((await account.insert()).revision).toBe(2);
  });

  test("revisions are given in commit order, without a gap", async () => {
    const account = await openTestAccount();
    const committed: number[] = [];
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const { revision } = await account.write(async (tx) => {
          for (let trips = 0; trips < index % 4; trips += 1) await tx.users.find("nobody");
          return tx.users.insert(newUser(tx));
        });
        committed.push(revision);
      }),
    );
    expect(committed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(await revisionOf(account)).toBe(30);
  });

  test("a reader that sees a revision sees the change of every lower one", async () => {
    const account = await openTestAccount();
    const writes = Promise.all(Array.from({ length: 50 }, () => account.insert()));
    for (let revision = 0; revision < 50; ) {
      const [seen, users] = await account.read(async (view) => [
        view.account.revision,
        await view.users.count({ showDeleted: true }),
      ]);
      expect(users).toBe(seen);
      revision = seen ?? 50;
      await setImmediate();
    }
    await writes;
  });

  test("each account counts its own revisions", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    await account.insert();
    await account.insert();
    expect((await other.insert()).revision).toBe(1);
    expect([await revisionOf(account), await revisionOf(other)]).toEqual([2, 1]);
  });

  test("a transaction knows the account as it was, and the revision that it makes", async () => {
    const account = await openTestAccount();
    await account.insert();
    const seen = await account.write(async (tx) => {
      const before = tx.revision;
      await tx.users.insert(newUser(tx));
      return [tx.account.revision, before, tx.revision];
    });
    expect(seen).toEqual([1, 1, 2]);
  });
}

function revisionOf(account: TestAccount): Promise<number> {
  return account.read(async (view) => view.account.revision);
}
