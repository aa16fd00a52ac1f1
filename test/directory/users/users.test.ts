import { expect, test } from "vitest";
import { deleteUser, purgeUser, undeleteUser } from "../../../src/directory/users/delete-user.ts";
import type { User, UserValues } from "../../../src/directory/users/user.ts";
import { createUser, updateUser, upsertUser } from "../../../src/directory/users/users.ts";
import { createTestAccount, openTestAccount, type TestAccount } from "../../support/account.ts";

const ADMIN = { superAdmin: true, role: "ADMIN" } as const;
const NO_ETAG = { metadataUpdate: "REPLACE", etag: "" } as const;

test("fifty parallel creates with one external id make one user, and all get it", async () => {
  const { write, read } = await openTestAccount();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) => write((tx) => createUser(tx, ADMIN, { externalId: "x", about: `${n}` }))),
  );
  expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1);
  expect(answers.filter(({ created }) => created)).toHaveLength(1);
  expect(await read(({ users }) => users.count({ showDeleted: true }))).toBe(1);
});

test("a hundred parallel merges of different metadata keys all survive", async () => {
  const { insert, write, read } = await openTestAccount();
  const { id } = await insert();
  await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      write((tx) => updateUser(tx, ADMIN, id, { metadata: { [`k${n}`]: n } }, { metadataUpdate: "MERGE", etag: "" })),
    ),
  );
  const user = await read(({ users }) => users.find(id));
  expect(user).toMatchObject({
    version: 101,
    metadata: Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, n])),
  });
});

test("changes that race a deletion never bring the user back", async () => {
  const { insert, write, read } = await openTestAccount();
  const { id } = await insert();
  const change = (n: number) => write((tx) => updateUser(tx, ADMIN, id, { about: `${n}` }, NO_ETAG));
  const results = await Promise.allSettled([
    ...[1, 2, 3].map(change),
    write((tx) => deleteUser(tx, ADMIN, id, { etag: "" })),
    ...[4, 5, 6].map(change),
  ]);
  const refused = results.filter((result) => result.status === "rejected").map(({ reason }) => reason.reason);
  expect(new Set(refused)).toEqual(new Set(["USER_NOT_FOUND"]));
  expect((await read(({ users }) => users.find(id)))?.deleteTime).not.toBeNull();
});

test("super admins of different accounts that leave at once leave one behind", async () => {
  const first = await openTestAccount();
  const accounts = [first, ...(await Promise.all(["b", "c"].map((id) => createTestAccount(first.store, id))))];
  const admins = await Promise.all(accounts.map(({ insert }) => insert({ superAdmin: true })));
  const leave: Array<(account: TestAccount, id: string) => Promise<unknown>> = [
    ({ write }, id) => write((tx) => updateUser(tx, ADMIN, id, { superAdmin: false }, NO_ETAG)),
    ({ write }, id) => write((tx) => deleteUser(tx, ADMIN, id, { etag: "" })),
    ({ write }, id) => write((tx) => purgeUser(tx, ADMIN, id, "")),
  ];
  const results = await Promise.allSettled(
    accounts.map((account, index) => leave[index]?.(account, admins[index]?.id ?? "") ?? expect.fail()),
  );
  const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason.reason] : []));
  expect(refused).toEqual(["LAST_SUPER_ADMIN"]);
});

test("a change whose e-mail is taken changes nothing, its other fields neither", async () => {
  const { insert, write, read } = await openTestAccount();
  const grace = await insert({ email: "Grace@example.com" });
  const ada = await insert();
  const change: Partial<UserValues> = { about: "new", status: "SUSPENDED", email: " grace@EXAMPLE.com" };
  await expect(write((tx) => updateUser(tx, ADMIN, ada.id, change, NO_ETAG))).rejects.toMatchObject({
    reason: "EMAIL_TAKEN",
    details: { resource: { name: grace.id } },
  });
  expect(await read(({ users }) => users.find(ada.id))).toEqual(ada);
});

test("a change of nothing writes nothing", async () => {
  const { insert, write, read } = await openTestAccount();
  const ada = await insert({ email: "ada@example.com", metadata: { a: { b: 1, c: 2 } } });
  const same: Partial<UserValues> = { email: "ada@example.com", metadata: { a: { c: 2, b: 1 } }, about: "" };
  expect(await write((tx) => updateUser(tx, ADMIN, ada.id, same, NO_ETAG))).toEqual(ada);
  expect(await read(async ({ account }) => account.revision)).toBe(1);
});

test("an upsert puts absent values back to their defaults, and keeps status, super admin and the time of creation", async () => {
  const { insert, write } = await openTestAccount();
  const full = { id: "ada", externalId: "x", email: "ada@example.com", about: "long", metadata: { a: 1 }, project: "p1" };
  const before = await insert({ ...full, status: "SUSPENDED", superAdmin: true });
  const { user, created } = await write((tx) => upsertUser(tx, ADMIN, { id: "ada", project: "p2" }, ""));
  expect(created).toBe(false);
  const { id, accountId, createTime, status, superAdmin } = before;
  const kept: Partial<User> = { id, accountId, createTime, status, superAdmin };
  expect(user).toMatchObject({ ...kept, externalId: null, email: null, about: "", metadata: {}, project: "p2", version: 2 });
});

test("a deleted user comes back unless its keys have been taken meanwhile", async () => {
  const { insert, write } = await openTestAccount();
  const ada = await insert({ email: "ada@example.com", externalId: "x" });
  await write((tx) => deleteUser(tx, ADMIN, ada.id, { etag: "" }));
  const heir = await insert({ email: "ADA@example.com" });
  const undelete = () => write((tx) => undeleteUser(tx, ADMIN, ada.id, ""));
  await expect(undelete()).rejects.toMatchObject({ reason: "EMAIL_TAKEN" });
  await write((tx) => deleteUser(tx, ADMIN, heir.id, { etag: "" }));
  expect(await undelete()).toMatchObject({ id: ada.id, email: ada.email, externalId: "x", deleteTime: null, version: 3 });
  await expect(undelete()).rejects.toMatchObject({ reason: "USER_NOT_DELETED" });
});

test("an etag that is not the user's is refused, and names the right one", async () => {
  const { insert, write } = await openTestAccount();
  const { id } = await insert();
  const change = (about: string, etag: string) =>
    write((tx) => updateUser(tx, ADMIN, id, { about }, { metadataUpdate: "REPLACE", etag }));
  expect(await change("1", "1-1")).toMatchObject({ version: 2 });
  await expect(change("2", "1-1")).rejects.toMatchObject({
    reason: "ETAG_MISMATCH",
    details: { metadata: { etag: "2-2" } },
  });
  expect(await change("2", "2-2")).toMatchObject({ version: 3 });
});
