import { expect, test } from "vitest";
import { createUser } from "../../../src/directory/users.ts";
import { newUser, openTestAccount, type TestAccount } from "../../support/account.ts";

/** Writes that wait share a commit. All that are started in one breath do, unless they take long. */
export function groups(): void {
  test("writes that wait share a commit, and none is told before it", async () => {
    const { read, write } = await openTestAccount();
    const committed = () => read(({ users }) => users.count(true));
    const seen = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const before = await write(async (tx) => {
          await tx.users.insert(newUser(tx));
          return committed();
        });
        expect(await committed()).toBeGreaterThan(before);
        return before;
      }),
    );
    expect(new Set(seen).size).toBeLessThan(40);
    expect(await committed()).toBe(40);
  });

  test("a write that fails, by a rule or in the database, takes nothing of the others with it", async () => {
    const account = await openTestAccount();
    const { read, write, insert } = account;
    const outcomes = await Promise.allSettled([
      insert({ id: "a" }),
      failAfterInsert(account),
      insert({ id: "b" }),
      insert({ id: "a" }),
      insert({ id: "c" }),
      write((tx) => tx.users.insert(newUser(tx, { id: "dry" })), { dryRun: true }),
      write(async ({ revision }) => ({ revision })),
      insert({ id: "d" }),
    ]);
    expect(outcomes.map((outcome) => outcome.status === "fulfilled" && outcome.value.revision)).toEqual([
      1,
      false,
      2,
      false,
      3,
      4,
      3,
      4,
    ]);
    const left = await read(async (view) => [view.account.revision, await view.users.listAt(4, "", 10)]);
    expect(left).toEqual([4, ["a", "b", "c", "d"].map((id) => expect.objectContaining({ id }))]);
  });

  test("the first of those that wait may fail, or be a dry run", async () => {
    const account = await openTestAccount();
    const { write, insert } = account;
    const outcomes = await Promise.allSettled([
      failAfterInsert(account),
      write((tx) => tx.users.insert(newUser(tx)), { dryRun: true }),
      failAfterInsert(account),
      insert(),
      failAfterInsert(account),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected", "fulfilled", "rejected"]);
    expect(await account.read(async (view) => [view.account.revision, await view.users.count(true)])).toEqual([1, 1]);
  });

  test("who is refused for what another has written is told when that can be read", async () => {
    const { read, write } = await openTestAccount();
    const create = () => write((tx) => createUser(tx, { superAdmin: false }, { email: "ada@example.com" }));
    const seenByRefused = [create(), create(), create()].map((call) =>
      call.then(
        () => undefined,
        async (error: unknown) => {
          expect(error).toMatchObject({ reason: "EMAIL_TAKEN" });
          return read(({ users }) => users.count(false));
        },
      ),
    );
    expect(await Promise.all(seenByRefused)).toEqual([undefined, 1, 1]);
  });

  test("commits are told one by one, in the order of their revisions, before the writes return", async () => {
    const { store, insert } = await openTestAccount();
    const told: number[] = [];
    store.onCommit((_, revision) => told.push(revision));
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { revision } = await insert();
        expect(told).toContain(revision);
      }),
    );
    expect(told).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
}

function failAfterInsert({ write }: TestAccount): Promise<{ revision: number }> {
  return write(async (tx) => {
    await tx.users.insert(newUser(tx));
    throw new Error("never mind");
  });
}
