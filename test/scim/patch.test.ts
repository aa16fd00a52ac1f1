import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/directory/values/json.ts";
import { addPerson, ENTERPRISE, idOf, PATCH_OP, type Scim, scimFailure, useScim } from "./setup.ts";

const roster = useScim();

const WORK = { value: "ada@example.com", type: "work", primary: true };
const HOME = { value: "ada@home.org", type: "home" };

/** A user, and what becomes of it by the steps of one PATCH. */
async function patched(operations: JsonValue, more: JsonObject = {}): Promise<JsonObject> {
  const { scim, path } = await ada(more);
  const { status, body } = await scim("PATCH", path, { schemas: [PATCH_OP], Operations: operations });
  expect({ status, detail: body["detail"] }).toEqual({ status: 200, detail: undefined });
  expect((await scim("GET", path)).body).toEqual(body);
  return body;
}

let names = 0;

async function ada(more: JsonObject): Promise<{ scim: Scim; path: string }> {
  const scim = roster.scim();
  names += 1;
  const emails = [
    { ...WORK, value: `ada${names}@example.com` },
    { ...HOME, value: `ada${names}@home.org` },
  ];
  const user = await addPerson(scim, `ada${names}`, { displayName: "Ada L", title: "Countess", emails, ...more });
  return { scim, path: `/Users/${idOf(user)}` };
}

test("replaces, adds and removes simple attributes, whatever the case of names and verbs", async () => {
  expect(await patched([{ op: "replace", path: "title", value: "Lady" }])).toMatchObject({ title: "Lady" });
  expect(await patched([{ OP: "Add", PATH: "NICKNAME", VALUE: "Ada" }])).toMatchObject({ nickName: "Ada" });
  const gone = await patched([
    { op: "remove", path: "title" },
    { op: "Replace", path: "displayName", value: null },
  ]);
  expect([gone["title"], gone["displayName"]]).toEqual([undefined, undefined]);
  expect(await patched([{ op: "replace", path: "userName", value: `Countess ${names}` }])).toMatchObject({
    userName: expect.stringMatching(/^Countess \d+$/),
  });
});

test("of a complex attribute, what is not named stays", async () => {
  const name = { givenName: "Ada", familyName: "Byron" };
  const married = await patched([{ op: "replace", path: "name.familyName", value: "Lovelace" }], { name });
  expect(married).toMatchObject({ name: { givenName: "Ada", familyName: "Lovelace" } });
  const merged = await patched([{ op: "replace", path: "name", value: { familyName: "King" } }], { name });
  expect(merged).toMatchObject({ name: { givenName: "Ada", familyName: "King" } });
  const half = await patched([{ op: "remove", path: "name.givenName" }], { name });
  expect(half["name"]).toEqual({ familyName: "Byron" });
  const none = await patched(
    [
      { op: "remove", path: "name.givenName" },
      { op: "remove", path: "name.familyName" },
    ],
    { name },
  );
  expect(none).not.toHaveProperty("name");
  expect(await patched([{ op: "add", path: "name.givenName", value: "Ada" }])).toMatchObject({ name: { givenName: "Ada" } });
});

test("values of a list are chosen by a filter", async () => {
  const work = await patched([{ op: "replace", path: 'emails[type eq "WORK"].value', value: "new@example.com" }]);
  expect(work).toMatchObject({ emails: [{ value: "new@example.com", type: "work", primary: true }, { type: "home" }] });
  const home = await patched([{ op: "remove", path: 'emails[type eq "home" and not (primary eq true)]' }]);
  expect(home).toMatchObject({ emails: [{ type: "work" }] });
  expect(home["emails"]).toHaveLength(1);
  const untyped = await patched([{ op: "remove", path: 'emails[value ew "home.org"].type' }]);
  expect(untyped["emails"]).toEqual([expect.objectContaining({ type: "work" }), { value: expect.anything() }]);
  const whole = await patched([{ op: "replace", path: 'emails[type eq "home"]', value: { value: "x@home.org" } }]);
  expect(whole["emails"]).toEqual([expect.anything(), { value: "x@home.org" }]);
  // What is not there is made by `add`, as the filter has it, and is no target for `replace`.
  const phone = await patched([{ op: "add", path: 'phoneNumbers[type eq "mobile"].value', value: "+1 555" }]);
  expect(phone["phoneNumbers"]).toEqual([{ type: "mobile", value: "+1 555" }]);
  expect(await patched([{ op: "remove", path: 'emails[type eq "other"]' }])).toMatchObject({ emails: [{}, {}] });
  const { scim, path } = await ada({});
  for (const [op, where] of [
    ["replace", 'phoneNumbers[type eq "mobile"].value'],
    ["add", 'phoneNumbers[type co "mobile"].value'],
  ] as const) {
    await scimFailure(scim("PATCH", path, { Operations: [{ op, path: where, value: "1" }] }), 400, "noTarget");
  }
});

test("a list is added to or replaced, and has one primary value", async () => {
  const other = { value: "other@example.com", primary: true };
  const another = { value: "another@example.com", primary: true };
  const added = await patched([{ op: "add", path: "emails", value: [other] }]);
  expect(added["emails"]).toMatchObject([{ type: "work", primary: false }, { type: "home" }, other]);
  const first = await patched([{ op: "add", path: 'emails[type eq "home"].primary', value: true }]);
  expect(first["emails"]).toMatchObject([
    { type: "work", primary: false },
    { type: "home", primary: true },
  ]);
  const replaced = await patched([{ op: "replace", path: "emails", value: another }]);
  expect(replaced["emails"]).toEqual([another]);
  expect(await patched([{ op: "remove", path: "emails" }])).not.toHaveProperty("emails");
  const twice = await patched([
    { op: "add", path: "roles", value: [{ value: "guide" }] },
    { op: "add", path: "roles", value: [{ value: "guide" }, { value: "poet" }] },
  ]);
  expect(twice["roles"]).toEqual([{ value: "guide" }, { value: "poet" }]);
  const fewer = await patched([{ op: "remove", path: "roles", value: [{ value: "guide" }] }], {
    roles: [{ value: "guide" }, { value: "poet" }],
  });
  expect(fewer["roles"]).toEqual([{ value: "poet" }]);
});

test("without a path, the names in the value are the paths; extensions are named by their URNs", async () => {
  const changed = await patched([
    {
      op: "Add",
      value: {
        id: "mine",
        displayName: "Ada King",
        "name.givenName": "Ada",
        'emails[type eq "home"].value': "king@home.org",
        [`${ENTERPRISE}:department`]: "Analysis",
        [`${ENTERPRISE.toUpperCase()}:MANAGER`]: "U1",
        "urn:example:1.0:User": { badge: 7 },
      },
    },
    { op: "replace", path: ENTERPRISE, value: { employeeNumber: "12" } },
    { op: "add", path: "urn:example:1.0:User:level", value: 3 },
  ]);
  expect(changed).toMatchObject({
    displayName: "Ada King",
    name: { givenName: "Ada" },
    emails: [{ type: "work" }, { value: "king@home.org" }],
    [ENTERPRISE]: { department: "Analysis", employeeNumber: "12", manager: { value: "U1" } },
    "urn:example:1.0:User": { badge: 7, level: 3 },
  });
  const bare = await patched(
    [
      { op: "remove", path: `${ENTERPRISE}:department` },
      { op: "remove", path: "urn:x:1.0:User" },
    ],
    {
      [ENTERPRISE]: { department: "Analysis" },
      "urn:x:1.0:User": { a: 1 },
    },
  );
  expect(Object.keys(bare).filter((name) => name.startsWith("urn:"))).toEqual([]);
});

test("all steps take effect or none, and a PATCH that changes nothing writes nothing", async () => {
  const { scim, path } = await ada({});
  const before = await scim("GET", path);
  const wrong = [
    [400, "invalidPath", { op: "replace", path: "title..x", value: "1" }],
    [400, "invalidPath", { op: "replace", path: "title.x", value: "1" }],
    [400, "invalidPath", { op: "replace", path: 'name[givenName eq "A"].x', value: "1" }],
    [400, "invalidFilter", { op: "replace", path: 'emails[type eq "work]', value: "1" }],
    [400, "invalidFilter", { op: "replace", path: "emails[type is work]", value: "1" }],
    [400, "invalidValue", { op: "replace", path: "active", value: "perhaps" }],
    [400, "invalidValue", { op: "replace", path: "title", value: { a: 1 } }],
    [400, "invalidValue", { op: "replace", path: "emails", value: [WORK, { ...HOME, primary: true }] }],
    [400, "invalidValue", { op: "replace", value: "title" }],
    [400, "invalidValue", { op: "replace", path: "title" }],
    [400, "invalidValue", { op: "remove", path: "userName" }],
    [400, "noTarget", { op: "remove" }],
    [400, "mutability", { op: "replace", path: "id", value: "other" }],
    [400, "mutability", { op: "add", path: "meta.created", value: "2026-01-01T00:00:00Z" }],
    [400, "invalidSyntax", { op: "move", path: "title" }],
  ] as const;
  for (const [status, scimType, operation] of wrong) {
    const good = { op: "replace", path: "title", value: "never" };
    await scimFailure(scim("PATCH", path, { schemas: [PATCH_OP], Operations: [good, operation] }), status, scimType);
  }
  for (const body of [
    [],
    {},
    { Operations: {} },
    { Operations: [] },
    { Operations: [7] },
    { schemas: ["x"], Operations: [{}] },
  ]) {
    await scimFailure(scim("PATCH", path, body), 400, "invalidSyntax");
  }
  const same = await scim("PATCH", path, { Operations: [{ op: "replace", path: "title", value: "Countess" }] });
  expect(same.headers.get("etag")).toBe(before.headers.get("etag"));
  expect((await scim("GET", path)).body).toEqual(before.body);
});
