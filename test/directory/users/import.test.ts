import { expect, test } from "vitest";
import { type ImportMode, importUsers } from "../../../src/directory/users/import.ts";
import type { UserInput } from "../../../src/directory/users/user.ts";
import { openTestAccount, type TestAccount } from "../../support/account.ts";

test("good rows land in one transaction, bad rows come back by their place", async () => {
  const account = await openTestAccount();
  await account.insert({ email: "taken@example.com" });
  const result = await importRows(account, "CREATE_ONLY", [
    { id: "a" },
    { name: "1" },
    { email: "Taken@example.com" },
    { id: "b", externalId: "x" },
    { id: "a" },
    { externalId: "x" },
  ]);
  expect(result).toEqual({
    created: 2,
    updated: 0,
    skipped: 0,
    failures: [
      [1, "FIELD_INVALID"],
      [2, "EMAIL_TAKEN"],
      [4, "USER_ID_TAKEN"],
      [5, "EXTERNAL_ID_TAKEN"],
    ],
  });
  const seen = await account.read(async (view) => [
    view.account.revision,
    (await view.users.find("a"))?.revision,
    (await view.users.find("b"))?.revision,
    await view.users.count({ showDeleted: true }),
  ]);
  expect(seen).toEqual([2, 2, 2, 3]);
});

test("an upserted row creates or replaces, by id or by external id", async () => {
  const account = await openTestAccount();
  await account.insert({ id: "a", about: "old" });
  await account.insert({ id: "b", externalId: "x", about: "old" });
  const result = await importRows(account, "UPSERT", [
    { id: "a", about: "new" },
    { externalId: "x", about: "new" },
    { id: "c" },
    { email: "new@example.com" },
  ]);
  expect(result).toEqual({ created: 2, updated: 2, skipped: 0, failures: [] });
  const abouts = await account.read(async ({ users }) => [(await users.find("a"))?.about, (await users.find("b"))?.about]);
  expect(abouts).toEqual(["new", "new"]);
});

test("a row whose user exists, by id, external id or e-mail, is skipped and changes nothing", async () => {
  const account = await openTestAccount();
  const user = await account.insert({ id: "a", externalId: "x", email: "ada@example.com" });
  const result = await importRows(account, "SKIP_EXISTING", [
    { id: "a", about: "new" },
    { externalId: "x", about: "new" },
    { email: "ADA@example.com", about: "new" },
    { id: "b" },
    { id: "b" },
  ]);
  expect(result).toEqual({ created: 1, updated: 0, skipped: 4, failures: [] });
  expect(await account.read(({ users }) => users.find("a"))).toEqual(user);
});

test("importing the same rows again by SKIP_EXISTING creates nothing", async () => {
  const account = await openTestAccount();
  const rows = Array.from({ length: 200 }, (_, n) => ({ externalId: `x${n}` }));
  expect(await importRows(account, "SKIP_EXISTING", rows)).toMatchObject({ created: 200, skipped: 0 });
  expect(await importRows(account, "SKIP_EXISTING", rows)).toMatchObject({ created: 0, skipped: 200 });
  expect(await account.read(async (view) => view.account.revision)).toBe(1);
});

async function importRows(account: TestAccount, mode: ImportMode, users: readonly UserInput[]) {
  const rows = users.map((user, index) => ({ index, user, etag: "" }));
  const { failures, ...counts } = await account.write((tx) =>
    importUsers(tx, { superAdmin: false, role: "WRITER" }, rows, mode),
  );
  return { ...counts, failures: failures.map(({ index, error }) => [index, error.reason]) };
}
