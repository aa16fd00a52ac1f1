import { expect, test } from "vitest";
import type { Store } from "../../../src/directory/store/store.ts";
import { type ExportPosition, readExportPage } from "../../../src/directory/users/export.ts";
import type { User } from "../../../src/directory/users/user.ts";
import { DAY } from "../../../src/directory/values/clock.ts";
import { newUser, openTestAccount } from "../../support/account.ts";
import { encode } from "../../support/sources.ts";

const START: ExportPosition = { accountId: "default", revision: null, after: "", count: 0, countBefore: 0 };

test("an export is at the revision of its beginning, whatever is written meanwhile", async () => {
  const { store, write, insert } = await openTestAccount();
  const users = [];
  for (const id of ["a", "b", "c", "d", "e"]) users.push(await insert({ id, about: "then" }));
  const first = await readExportPage(store, START, { showDeleted: false, limit: 2 });
  expect(first).toEqual({ users: users.slice(0, 2).map(exported), revision: 5, after: "b", done: false });

  const [a = expect.fail(), , c = expect.fail(), d = expect.fail()] = users;
  await write(async (tx) => {
    await tx.users.update(a, { ...a, about: "now" });
    await tx.users.update(c, { ...c, about: "now" });
    await tx.users.update(d, { ...d, deleteTime: tx.now() });
    await tx.users.insert(newUser(tx, { id: "bb" }));
  });
  expect(await readRest(store, first, 2)).toEqual(users.slice(2).map(exported));
});

test("a user that is purged meanwhile is gone from the export", async () => {
  const { store, write, insert } = await openTestAccount();
  const [a, b] = [await insert({ id: "a" }), await insert({ id: "b" })];
  const first = await readExportPage(store, START, { showDeleted: false, limit: 1 });
  await write(({ users }) => users.purge(b));
  expect(first.users).toEqual([exported(a)]);
  expect(await readRest(store, first, 1)).toEqual([]);
});

test("deleted users are exported on request only", async () => {
  const { store, write, insert } = await openTestAccount();
  const [a, b] = [await insert({ id: "a" }), await insert({ id: "b" })];
  const deleted = await write((tx) => tx.users.update(a, { ...a, deleteTime: tx.now() }));
  const read = async (showDeleted: boolean) => (await readExportPage(store, START, { showDeleted, limit: 10 })).users;
  expect(await read(false)).toEqual([exported(b)]);
  expect(await read(true)).toEqual([exported(deleted), exported(b)]);
});

test("an empty account is exported at once, and a full last page is followed by an empty one", async () => {
  const { store, insert } = await openTestAccount();
  expect(await readExportPage(store, START, { showDeleted: false, limit: 2 })).toEqual({
    users: [],
    revision: 0,
    after: "",
    done: true,
  });
  await insert({ id: "a" });
  await insert({ id: "b" });
  const full = await readExportPage(store, START, { showDeleted: false, limit: 2 });
  expect([full.users.length, full.done]).toEqual([2, false]);
  const rest = await readExportPage(store, { ...START, ...full }, { showDeleted: false, limit: 2 });
  expect(rest).toEqual({ users: [], revision: 2, after: "b", done: true });
});

test("an export whose revision the history has lost is RESUME_TOKEN_EXPIRED, and not a user is given", async () => {
  const { store, sources, insert } = await openTestAccount();
  for (const id of ["a", "b", "c"]) await insert({ id });
  const position = (revision: number) => ({ ...START, revision, after: "a" });
  const read = (revision: number) => readExportPage(store, position(revision), { showDeleted: false, limit: 10 });
  expect((await read(2)).users.map(({ id }) => id)).toEqual(["b"]);
  await store.prune({ changes: sources.clock() + DAY, answers: 0, audit: 0 });
  await expect(read(2)).rejects.toMatchObject({ reason: "RESUME_TOKEN_EXPIRED" });
  expect((await read(3)).users.map(({ id }) => id)).toEqual(["b", "c"]);
});

test("an export at a revision that the account has not reached, as after a restore, is RESUME_TOKEN_EXPIRED", async () => {
  const { store, insert } = await openTestAccount();
  await insert();
  const ahead = readExportPage(store, { ...START, revision: 2 }, { showDeleted: false, limit: 10 });
  await expect(ahead).rejects.toMatchObject({ reason: "RESUME_TOKEN_EXPIRED" });
});

test("an export of an unknown account is ACCOUNT_NOT_FOUND", async () => {
  const { store } = await openTestAccount();
  const unknown = readExportPage(store, { ...START, accountId: "nobody" }, { showDeleted: false, limit: 1 });
  await expect(unknown).rejects.toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
});

/** Buffers are no plain arrays to the test: what callers see is compared. */
function exported(user: User) {
  return { id: user.id, encoded: expect.toSatisfy((encoded: Uint8Array) => Buffer.from(encode(user)).equals(encoded)) };
}

/** What is left of the export after a page. */
async function readRest(store: Store, first: { revision: number; after: string }, limit: number) {
  const users = [];
  for (let position = { ...START, ...first }; ; ) {
    const page = await readExportPage(store, position, { showDeleted: false, limit });
    expect(page.revision).toBe(first.revision);
    users.push(...page.users);
    if (page.done) {
      return users;
    }
    position = { ...position, after: page.after };
  }
}
