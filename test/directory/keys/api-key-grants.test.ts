import { expect, test } from "vitest";
import { includesRole, ROLES, type Role } from "../../../src/directory/keys/api-key.ts";
import { createApiKey } from "../../../src/directory/keys/api-keys.ts";
import { createTestAccount } from "../../support/account.ts";
import { NEW_KEY, openWithKey } from "./keys.ts";

test("each role includes the ones before it", () => {
  const table = ROLES.map((held) => ROLES.map((needed) => includesRole(held, needed)));
  expect(table).toEqual([
    [true, false, false, false],
    [true, true, false, false],
    [true, true, true, false],
    [true, true, true, true],
  ]);
});

test.each<[Role, Role]>([
  ["READER", "SELF"],
  ["READER", "READER"],
  ["WRITER", "READER"],
  ["ADMIN", "WRITER"],
  ["ADMIN", "ADMIN"],
])("one who holds %s grants %s", async (held, role) => {
  const { account, user, login, secret } = await openWithKey({ role: held });
  const caller = await login(secret);
  const created = await account.write((tx) => createApiKey(tx, caller, { ...NEW_KEY, userId: user.id, role }));
  expect(created.key).toMatchObject({ role, userId: user.id, revokeTime: null });
  expect(await login(created.secret)).toMatchObject({ role, credential: { kind: "key", key: created.key } });
});

test.each<[Role, Role]>([
  ["SELF", "READER"],
  ["READER", "WRITER"],
  ["READER", "ADMIN"],
  ["WRITER", "ADMIN"],
])("one who holds %s does not grant %s", async (held, role) => {
  const { account, user, login, secret } = await openWithKey({ role: held });
  const caller = await login(secret);
  const created = account.write((tx) => createApiKey(tx, caller, { ...NEW_KEY, userId: user.id, role }));
  await expect(created).rejects.toMatchObject({ reason: "PERMISSION_DENIED" });
});

test("keys are created for live users of the account that are not suspended", async () => {
  const { account, login, secret } = await openWithKey({ role: "ADMIN" });
  const caller = await login(secret);
  const foreign = await (await createTestAccount(account.store, "other")).insert();
  const suspended = await account.insert({ status: "SUSPENDED" });
  const deleted = await account.insert();
  await account.write((tx) => tx.users.update(deleted, { ...deleted, deleteTime: tx.now() }));
  const admin = await account.insert({ superAdmin: true });
  const create = (userId: string) => account.write((tx) => createApiKey(tx, caller, { ...NEW_KEY, userId }));
  await expect(create("nobody")).rejects.toMatchObject({ reason: "USER_NOT_FOUND" });
  await expect(create(foreign.id)).rejects.toMatchObject({ reason: "USER_NOT_FOUND" });
  await expect(create(deleted.id)).rejects.toMatchObject({ reason: "USER_NOT_FOUND" });
  await expect(create(suspended.id)).rejects.toMatchObject({ reason: "USER_SUSPENDED" });
  await expect(create(admin.id)).rejects.toMatchObject({ reason: "PERMISSION_DENIED" });
});
