import { expect, test } from "vitest";
import { updateAccount } from "../../../src/directory/accounts/accounts.ts";
import { invalidField } from "../../../src/directory/errors.ts";
import type { AccountTransaction } from "../../../src/directory/store/account-view.ts";
import { createUser } from "../../../src/directory/users/users.ts";
import { createTestAccount, newUser, openTestAccount, type TestAccount } from "../../support/account.ts";
import { createRandom } from "../../support/random.ts";

/** Writes that wait share a commit. All that are started in one breath do, unless they take long. */
export function groups(): void {
  test("writes that wait share a commit, and none is told before it", async () => {
    const { read, write } = await openTestAccount();
    const committed = () => read(({ users }) => users.count({ showDeleted: true }));
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

  test.each([1, 2, 3])("however the members of groups end, each does so alone (seed %i)", async (seed) => {
    const first = await openTestAccount();
    const accounts = [first, await createTestAccount(first.store, "other")];
    const random = createRandom(seed);
    for (let round = 0; round < 20; round += 1) {
      const works = Object.entries(MEMBERS).filter(() => random(3) === 0);
      const before = await Promise.all(accounts.map(stateOf));
      const written: string[][] = accounts.map(() => []);
      await Promise.all(
        Array.from({ length: 1 + random(30) }, async (_, index) => {
          const which = random(accounts.length);
          const [name, work] = works[random(works.length)] ?? (["create", create] as const);
          const id = `${round}-${index}`;
          const writing = accounts[which]?.write((tx) => work(tx, id), { dryRun: name === "dry run" });
          const [outcome] = await Promise.allSettled([writing]);
          expect([name, outcome.status]).toEqual([name, FULFILLED.includes(name) ? "fulfilled" : "rejected"]);
          if (WRITTEN.includes(name)) written[which]?.push(id);
        }),
      );
      for (const [which, ids] of written.entries()) {
        const { revision, users } = before[which] ?? expect.fail();
        const after = await stateOf(accounts[which] ?? expect.fail());
        expect(after.users).toEqual([...users, ...ids].sort());
        expect(after.revision).toBe(revision + ids.length);
        expect(after.revisions).toEqual(Array.from({ length: after.revision }, (_, index) => index + 1));
      }
    }
  });

  test("a member that is undone gives up what it has locked, and the account it meets next is as it is then", async () => {
    const { write, read } = await openTestAccount();
    const names: string[] = [];
    const rename = (name: string, last: (tx: AccountTransaction) => Promise<unknown>) =>
      write(async (tx) => {
        names.push(tx.account.name);
        await updateAccount(tx, { name }, { etag: "" });
        await last(tx);
      });
    const outcomes = await Promise.allSettled([
      write((tx) => tx.users.insert(newUser(tx))),
      rename("Never", failBadly),
      rename("First", async () => {}),
      rename("Never", refuse),
      rename("Last", async () => {}),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"]);
    expect([...new Set(names)]).toEqual(["Account default", "First"]);
    expect(await read(async ({ account }) => [account.name, account.revision])).toEqual(["Last", 1]);
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
    expect(
      await account.read(async (view) => [view.account.revision, await view.users.count({ showDeleted: true })]),
    ).toEqual([1, 1]);
  });

  test("who is refused for what another has written is told when that can be read", async () => {
    const { read, write } = await openTestAccount();
    const create = () => write((tx) => createUser(tx, { superAdmin: false, role: "WRITER" }, { email: "ada@example.com" }));
    const seenByRefused = [create(), create(), create()].map((call) =>
      call.then(
        () => undefined,
        async (error: unknown) => {
          expect(error).toMatchObject({ reason: "EMAIL_TAKEN" });
          return read(({ users }) => users.count({ showDeleted: false }));
        },
      ),
    );
    expect(await Promise.all(seenByRefused)).toEqual([undefined, 1, 1]);
  });

  test("events come one by one, in the order of their revisions, before the writes return", async () => {
    const { store, insert } = await openTestAccount();
    const revisions: Array<number | null> = [];
    store.onCommit(({ revision }) => revisions.push(revision));
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { revision } = await insert();
        expect(revisions).toContain(revision);
      }),
    );
    expect(revisions).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
}

type Member = (tx: AccountTransaction, id: string) => Promise<unknown>;

const create: Member = (tx, id) => tx.users.insert(newUser(tx, { id }));

async function createAndRead(tx: AccountTransaction, id: string): Promise<void> {
  await create(tx, id);
  expect(await tx.users.count({ showDeleted: true })).toBeGreaterThan(0);
}

/** What members of a group may do, and whether it is written. */
const MEMBERS: Readonly<Record<string, Member>> = {
  create,
  "create and read": createAndRead,
  read: (tx) => tx.users.count({ showDeleted: true }),
  "dry run": create,
  "refused before it writes": refuse,
  "refused after it has written": (tx, id) => createAndRead(tx, id).then(refuse),
  "a fault after it has written": (tx, id) => createAndRead(tx, id).then(failBadly),
  "refused by the database": (tx, id) => create(tx, id).then(() => createAndRead(tx, id)),
};

const WRITTEN = ["create", "create and read"];
const FULFILLED = [...WRITTEN, "read", "dry run"];

async function refuse(): Promise<never> {
  throw invalidField("user", "refused");
}

async function failBadly(): Promise<never> {
  throw new Error("never mind");
}

async function stateOf({ read }: TestAccount) {
  return read(async ({ account, users, changes }) => ({
    revision: account.revision,
    users: (await users.listAt(account.revision, "", 1000)).map(({ id }) => id).sort(),
    revisions: (await changes.list(0, { limit: 1000, withBefore: false })).changes.map(({ revision }) => revision),
  }));
}

function failAfterInsert({ write }: TestAccount): Promise<{ revision: number }> {
  return write(async (tx) => {
    await tx.users.insert(newUser(tx));
    throw new Error("never mind");
  });
}
