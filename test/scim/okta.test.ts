import { expect, test } from "vitest";
import { UserStatus } from "../../gen/roster/v1/user_pb.js";
import type { JsonObject } from "../../src/directory/values/json.ts";
import { CORE, ENTERPRISE, idOf, namesIn, PATCH_OP, scimFailure, useScim } from "./setup.ts";

const roster = useScim();

/** What Okta sends when a user is assigned to an application. */
const NEW_USER = {
  schemas: [CORE],
  userName: "test.user@okta.local",
  name: { givenName: "Test", familyName: "User" },
  emails: [{ primary: true, value: "test.user@okta.local", type: "work" }],
  displayName: "Test User",
  locale: "en-US",
  externalId: "00ujl29u0le5T6Aj10h7",
  groups: [],
  password: "1mz050nq",
  active: true,
};

test("Okta provisions a user: test, import, create, duplicate, update, deactivate, reactivate, delete", async () => {
  const account = await roster.account();
  const scim = roster.scim(account.secret);

  // Test connection: a page of users, by a key that works.
  expect((await scim("GET", "/Users?startIndex=1&count=2")).body).toMatchObject({ totalResults: 1, startIndex: 1 });
  expect((await scim("GET", "/ServiceProviderConfig")).status).toBe(200);
  const refused = await scimFailure(
    roster.scim(`${account.secret.slice(0, -1)}x`)("GET", "/Users?startIndex=1&count=2"),
    401,
  );
  expect(refused.headers.get("www-authenticate")).toMatch(/^Bearer/);

  // Is there one already? Then create.
  const lookUp = `/Users?filter=${encodeURIComponent('userName eq "test.user@okta.local"')}&startIndex=1&count=100`;
  expect((await scim("GET", lookUp)).body).toMatchObject({ totalResults: 0, Resources: [] });
  const created = await scim("POST", "/Users", NEW_USER);
  const { password, groups, ...kept } = NEW_USER;
  expect(created).toMatchObject({ status: 201, body: kept });
  expect(JSON.stringify(created.body)).not.toContain(password);
  const id = idOf(created.body);
  const path = `/Users/${id}`;
  await scimFailure(scim("POST", "/Users", NEW_USER), 409, "uniqueness");
  expect((await scim("GET", lookUp)).body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
  expect((await scim("GET", lookUp.replace("test.user", "TEST.USER"))).body).toMatchObject({ totalResults: 1 });

  // Update: the whole resource is read, changed and put.
  const { body: read } = await scim("GET", path);
  const changed: JsonObject = {
    ...read,
    name: { givenName: "Another", familyName: "User" },
    [ENTERPRISE]: { department: "IT" },
  };
  expect(await scim("PUT", path, changed)).toMatchObject({ status: 200, body: { name: changed["name"], active: true } });

  // Deactivate and reactivate, in the two ways that Okta has: by PATCH without a path, and by PUT.
  const active = (value: boolean) => ({ schemas: [PATCH_OP], Operations: [{ op: "replace", value: { active: value } }] });
  const statuses = async () => Object((await account.users().getUser({ key: { case: "id", value: id } })).user).status;
  expect((await scim("PATCH", path, active(false))).body).toMatchObject({ active: false, name: changed["name"] });
  expect(await statuses()).toBe(UserStatus.SUSPENDED);
  expect((await scim("PATCH", path, active(true))).body).toMatchObject({ active: true });
  expect((await scim("PUT", path, { ...changed, active: false })).body).toMatchObject({ active: false });
  expect((await scim("GET", path)).body).toMatchObject({ id, active: false });
  expect((await scim("PUT", path, { ...changed, active: true })).body).toMatchObject({ active: true });
  expect(await statuses()).toBe(UserStatus.ACTIVE);

  // Import: pages of one hundred.
  expect(namesIn(await scim("GET", "/Users?startIndex=1&count=100"))).toEqual([account.ownerId, "test.user@okta.local"]);
  expect((await scim("GET", "/Users?startIndex=101&count=100")).body).toMatchObject({ totalResults: 2, Resources: [] });

  await scimFailure(scim("GET", "/Users/010101001010101011001010101011"), 404);
  expect((await scim("DELETE", path)).status).toBe(204);
  await scimFailure(scim("GET", path), 404);
});
