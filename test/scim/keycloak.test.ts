import { expect, test } from "vitest";
import { ApiKeyRole } from "../../gen/roster/v1/api_key_service_pb.js";
import { UserStatus } from "../../gen/roster/v1/user_pb.js";
import { MetadataUpdate } from "../../gen/roster/v1/user_service_pb.js";
import { createKey } from "../support/clients.ts";
import { addPerson, CORE, idOf, PATCH_OP, person, scimFailure, useScim } from "./setup.ts";

const roster = useScim({ scim: { userName: "email" } });

/** What extensions of Keycloak send: ids of Keycloak, roles, and members that are null or empty. */
const NEW_USER = {
  schemas: [CORE],
  id: null,
  externalId: "e1f0b5f5-62cf-4c40-9a3b-2f5c0a1b8d11",
  meta: null,
  userName: "Ada@Example.com",
  name: { formatted: null, familyName: "Lovelace", givenName: "Ada" },
  displayName: "Ada Lovelace",
  emails: [{ value: "ada@example.com", primary: true, type: null }],
  phoneNumbers: [],
  groups: [],
  roles: [{ value: "offline_access" }],
  active: true,
};

test("Keycloak's extensions push users: config, look up, create, replace, deactivate, search, delete", async () => {
  const account = await roster.account();
  const scim = roster.scim(await createKey(roster.server.url, account.secret, ApiKeyRole.WRITER));
  const json = { "content-type": "application/json; charset=utf-8", accept: "application/scim+json" };
  expect((await scim("GET", "/ServiceProviderConfig")).body).toMatchObject({
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 1000 },
    filter: { supported: true, maxResults: 1000 },
    etag: { supported: true },
    sort: { supported: true },
    changePassword: { supported: false },
  });
  expect((await scim("GET", "/ResourceTypes/User")).body).toMatchObject({ endpoint: "/Users", schema: CORE });
  const search = (filter: string) => scim("POST", "/Users/.search", { filter, count: 1 }, json);
  expect((await search('userName eq "ada@example.com"')).body).toMatchObject({ totalResults: 0 });

  const created = await scim("POST", "/Users", NEW_USER, json);
  expect(created).toMatchObject({
    status: 201,
    body: {
      externalId: NEW_USER.externalId,
      userName: "Ada@Example.com",
      name: { familyName: "Lovelace", givenName: "Ada" },
      emails: [{ value: "ada@example.com", primary: true }],
      roles: [{ value: "offline_access" }],
    },
  });
  const id = idOf(created.body);
  const { user } = await account.users().getUser({ key: { case: "externalId", value: NEW_USER.externalId } });
  expect(user).toMatchObject({ id, email: "Ada@Example.com", displayName: "Ada Lovelace", name: "Ada Lovelace" });
  for (const filter of [
    'userName eq "ADA@example.com"',
    `externalId eq "${NEW_USER.externalId}"`,
    'emails.value eq "ada@example.com"',
    'userName sw "ADA@"',
  ]) {
    expect((await search(filter)).body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
  }
  await scimFailure(scim("POST", "/Users", { ...NEW_USER, externalId: "other" }, json), 409, "uniqueness");
  await scimFailure(scim("POST", "/Users", { ...NEW_USER, userName: "other@example.com" }, json), 409, "uniqueness");
  await scimFailure(scim("POST", "/Users", person("no address")), 400, "invalidValue");

  const replaced = await scim(
    "PUT",
    `/Users/${id}`,
    { ...NEW_USER, id, userName: "ada.king@example.com", active: false },
    json,
  );
  expect(replaced.body).toMatchObject({ userName: "ada.king@example.com", active: false, externalId: NEW_USER.externalId });
  const enable = { schemas: [PATCH_OP], Operations: [{ op: "replace", path: "active", value: true }] };
  expect((await scim("PATCH", `/Users/${id}`, enable, json)).body).toMatchObject({ active: true });
  expect((await scim("DELETE", `/Users/${id}`, undefined, json)).status).toBe(204);
});

test("what other calls change shows, and who was there before can be taken over", async () => {
  const account = await roster.account();
  const scim = roster.scim(account.secret);
  const users = account.users();
  const emails = [{ value: "ada@work.org", type: "work" }];
  const id = idOf(await addPerson(scim, "ada@example.com", { displayName: "A", name: { givenName: "Ada" }, emails }));
  // One letter is no display name of Roster's: it is kept.
  expect((await users.getUser({ key: { case: "id", value: id } })).user).not.toHaveProperty("displayName");
  await users.updateUser({
    user: { id, displayName: "Ada L", name: "Ada King", metadata: { plan: "pro" } },
    metadataUpdate: MetadataUpdate.MERGE,
  });
  const changed = await scim("GET", `/Users/${id}`);
  expect(changed.body).toMatchObject({ displayName: "Ada L", name: { formatted: "Ada King" }, emails });
  await scim("PUT", `/Users/${id}`, { ...changed.body, emails: [] });
  expect((await users.getUser({ key: { case: "id", value: id } })).user?.metadata).toEqual({
    plan: "pro",
    scim: { emails: null },
  });
  expect((await scim("GET", `/Users/${id}`)).body).not.toHaveProperty("emails");
  expect((await scim("GET", '/Users?filter=emails pr and displayName eq "ada l"')).body).toMatchObject({ totalResults: 0 });

  // Made by another call, with neither address nor metadata of SCIM: called by its external id.
  const { user } = await users.createUser({ user: { externalId: "crm-7", displayName: "Kay" } });
  const found = await scim("GET", '/Users?filter=userName eq "crm-7"');
  expect(found.body).toMatchObject({
    totalResults: 1,
    Resources: [{ id: user?.id, userName: "crm-7", externalId: "crm-7" }],
  });
  const rename = { Operations: [{ op: "replace", path: "displayName", value: "Kay M" }] };
  const renamed = await scim("PATCH", `/Users/${user?.id}`, rename);
  expect(renamed.body).toMatchObject({ userName: "crm-7", displayName: "Kay M" });
  const taken = await scim("PUT", `/Users/${user?.id}`, person("kay@example.com", { externalId: "00uK" }));
  expect(taken.body).toMatchObject({ userName: "kay@example.com", externalId: "00uK" });
  // What was put had no addresses, and so has what is got.
  expect(taken.body).not.toHaveProperty("emails");

  // Who is invited stays so until somebody says otherwise.
  const { user: guest } = await users.createUser({ user: { email: "guest@example.com", status: UserStatus.INVITED } });
  const path = `/Users/${guest?.id}`;
  expect((await scim("GET", path)).body).toMatchObject({ active: true });
  await scim("PUT", path, person("guest@example.com", { title: "Guest" }));
  expect((await users.getUser({ key: { case: "id", value: guest?.id ?? "" } })).user?.status).toBe(UserStatus.INVITED);
  await scim("PUT", path, person("guest@example.com", { active: false }));
  expect((await users.getUser({ key: { case: "id", value: guest?.id ?? "" } })).user?.status).toBe(UserStatus.SUSPENDED);
});
