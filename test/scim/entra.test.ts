import { expect, test } from "vitest";
import type { JsonValue } from "../../src/directory/values/json.ts";
import { CORE, ENTERPRISE, idOf, PATCH_OP, scimFailure, useScim } from "./setup.ts";

const roster = useScim();

/** What Microsoft Entra ID sends for a new user. */
const NEW_USER = {
  schemas: [CORE, ENTERPRISE],
  externalId: "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
  userName: "Test_User_ab6490ee-1e48-479e-a20b-2d77186b5dd1",
  active: true,
  emails: [{ primary: true, type: "work", value: "Test_User_fd0ea19b-0777-472c-9f96-4f70d2226f2e@testuser.com" }],
  meta: { resourceType: "User" },
  name: { formatted: "givenName familyName", familyName: "familyName", givenName: "givenName" },
  roles: [],
};

test("Entra provisions a user: test, create, duplicate, update in both dialects, disable, enable, delete", async () => {
  const account = await roster.account();
  const scim = roster.scim(account.secret);
  const find = (filter: string) => scim("GET", `/Users?filter=${encodeURIComponent(filter).replaceAll("%20", "+")}`);

  // Test connection: somebody whom nobody knows is asked for.
  const unknown = await find('userName eq "2e2f0bb7-4a5c-4b1f-9d46-3f1f6d6b2a7e"');
  expect(unknown).toMatchObject({ status: 200, body: { totalResults: 0, itemsPerPage: 0, Resources: [] } });
  await scimFailure(roster.scim("nonsense")("GET", "/Users"), 401);
  expect((await scim("GET", "/Schemas")).body).toMatchObject({ Resources: [{ id: CORE }, { id: ENTERPRISE }] });

  const created = await scim("POST", "/Users", NEW_USER);
  const { roles, schemas, ...kept } = NEW_USER;
  expect(created).toMatchObject({ status: 201, body: kept });
  const id = idOf(created.body);
  const path = `/Users/${id}`;
  await scimFailure(scim("POST", "/Users", NEW_USER), 409, "uniqueness");
  for (const filter of [
    `userName eq "${NEW_USER.userName.toLowerCase()}"`,
    `externalId eq "${NEW_USER.externalId}"`,
    `emails[type eq "work"].value eq "${NEW_USER.emails[0]?.value}"`,
  ]) {
    expect((await find(filter)).body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
  }

  const patch = async (operations: JsonValue) => {
    const { status, body } = await scim("PATCH", path, { schemas: [PATCH_OP], Operations: operations });
    expect({ status, detail: body["detail"] }).toEqual({ status: 200, detail: undefined });
    return body;
  };

  // The dialect of today: verbs in capitals, one path to each step.
  const updated = await patch([
    { op: "Replace", path: 'emails[type eq "work"].value', value: "updatedEmail@microsoft.com" },
    { op: "Replace", path: "name.familyName", value: "updatedFamilyName" },
  ]);
  expect(updated).toMatchObject({
    emails: [{ primary: true, type: "work", value: "updatedEmail@microsoft.com" }],
    name: { familyName: "updatedFamilyName", givenName: "givenName" },
  });
  expect((await account.users().getUser({ key: { case: "email", value: "updatedemail@microsoft.com" } })).user?.id).toBe(id);
  const renamed = await patch([
    { op: "Replace", path: "userName", value: "5b50642d-79fc-4410-9e90-4c077cdd1a59@testuser.com" },
  ]);
  expect(renamed).toMatchObject({ userName: "5b50642d-79fc-4410-9e90-4c077cdd1a59@testuser.com" });
  const added = await patch([
    { op: "Add", path: 'phoneNumbers[type eq "mobile"].value', value: "+1 (555) 100" },
    { op: "Add", path: `${ENTERPRISE}:department`, value: "Sales" },
    { op: "Add", path: `${ENTERPRISE}:manager`, value: "f8c1a2b3" },
  ]);
  expect(added).toMatchObject({
    phoneNumbers: [{ type: "mobile", value: "+1 (555) 100" }],
    [ENTERPRISE]: { department: "Sales", manager: { value: "f8c1a2b3" } },
  });

  // The older dialect: steps without a path, whose values name the paths; a manager in a list; truth values as text.
  const older = await patch([
    {
      op: "Add",
      value: {
        displayName: "Test User",
        "name.givenName": "Given",
        'emails[type eq "other"].value': "other@microsoft.com",
        [`${ENTERPRISE}:costCenter`]: "CC-7",
      },
    },
    { op: "Replace", path: `${ENTERPRISE}:manager`, value: [{ $ref: "../Users/2", value: "2" }] },
    { op: "Remove", path: 'phoneNumbers[type eq "mobile"]' },
  ]);
  expect(older).toMatchObject({
    displayName: "Test User",
    name: { givenName: "Given" },
    emails: [{ type: "work" }, { type: "other", value: "other@microsoft.com" }],
    [ENTERPRISE]: { department: "Sales", costCenter: "CC-7", manager: { $ref: "../Users/2", value: "2" } },
  });
  expect(older).not.toHaveProperty("phoneNumbers");

  for (const [value, active] of [
    ["False", false],
    ["True", true],
    [false, false],
    [true, true],
  ] as const) {
    expect(await patch([{ op: "Replace", path: "active", value }])).toMatchObject({ active });
    expect((await find(`userName eq "${renamed["userName"]}"`)).body).toMatchObject({ Resources: [{ active }] });
    expect(await patch([{ op: "Replace", value: { active: String(!active) } }])).toMatchObject({ active: !active });
  }

  expect((await scim("DELETE", path)).status).toBe(204);
  await scimFailure(scim("GET", path), 404);
  await scimFailure(scim("DELETE", path), 404);
  expect((await find(`userName eq "${renamed["userName"]}"`)).body).toMatchObject({ totalResults: 0 });
});
