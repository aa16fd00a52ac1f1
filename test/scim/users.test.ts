import { expect, test } from "vitest";
import { addPerson, CORE, ENTERPRISE, idOf, namesIn, person, scimFailure, useScim } from "./setup.ts";

const roster = useScim();

async function account() {
  const { secret, ...rest } = await roster.account();
  return { ...rest, secret, scim: roster.scim(secret) };
}

/** One of everything that the schemas know. */
const FULL = {
  externalId: "00u1",
  name: { formatted: "Ms. Barbara J Jensen, III", familyName: "Jensen", givenName: "Barbara", honorificSuffix: "III" },
  displayName: "Babs Jensen",
  nickName: "Babs",
  profileUrl: "https://login.example.com/bjensen",
  title: "Tour Guide",
  userType: "Employee",
  preferredLanguage: "en-US",
  locale: "en-US",
  timezone: "America/Los_Angeles",
  emails: [
    { value: "bjensen@example.com", type: "work", primary: true },
    { value: "babs@jensen.org", type: "home" },
  ],
  phoneNumbers: [{ value: "tel:+1-201-555-0123", type: "work" }],
  addresses: [{ type: "work", streetAddress: "100 Universal City Plaza\nRoom 1", locality: "Hollywood", primary: true }],
  roles: [{ value: "guide" }],
  x509Certificates: [{ value: "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVMx" }],
  [ENTERPRISE]: {
    employeeNumber: "701984",
    department: "Tour Operations",
    manager: { value: "26118915-6090-4610-87e4-49d8ca9f808d", displayName: "John Smith" },
  },
  "urn:example:params:scim:schemas:badge:1.0:User": { badge: { floor: 3, doors: ["north", "south"] } },
  favouriteColour: "blue",
};

test("what is put is what is got, and Roster's fields have what they hold of it", async () => {
  const { scim, users, id: accountId } = await account();
  const { status, body, headers } = await scim("POST", "/Users", person("bjensen@example.com", FULL));
  expect(status).toBe(201);
  const id = idOf(body);
  const { meta, schemas, ...attributes } = body;
  expect(attributes).toEqual({ id, userName: "bjensen@example.com", active: true, ...FULL });
  expect(schemas).toEqual([CORE, "urn:example:params:scim:schemas:badge:1.0:User", ENTERPRISE]);
  const location = `${roster.server.url}/scim/v2/Users/${id}`;
  expect(headers.get("location")).toBe(location);
  expect(meta).toMatchObject({ resourceType: "User", location, version: headers.get("etag") });

  const { user } = await users().getUser({ key: { case: "id", value: id } });
  expect(user).toMatchObject({
    accountId,
    externalId: "bjensen@example.com",
    email: "bjensen@example.com",
    displayName: "Babs Jensen",
    name: "Ms. Barbara J Jensen, III",
  });
  // What a field holds wholly is not kept twice.
  expect(Object.keys(Object(user?.metadata?.["scim"]))).not.toContain("displayName");

  const got = await scim("GET", `/Users/${id}`);
  expect(got.body).toEqual(body);
  const put = await scim("PUT", `/Users/${id}`, body);
  expect(put.body).toEqual(body);
  expect(put.headers.get("etag")).toBe(headers.get("etag"));

  // A replacement replaces: what it does not have is gone. `active` alone stays.
  const less = await scim("PUT", `/Users/${id}`, { schemas: [CORE], userName: "BJensen@example.com", title: "Guide" });
  expect(less.body).toMatchObject({ userName: "BJensen@example.com", title: "Guide", active: true, schemas: [CORE] });
  expect(Object.keys(less.body).sort()).toEqual(["active", "id", "meta", "schemas", "title", "userName"]);
  const after = await users().getUser({ key: { case: "externalId", value: "bjensen@example.com" } });
  expect(after.user).toMatchObject({ id, metadata: { scim: { userName: "BJensen@example.com", title: "Guide" } } });
  expect(after.user).not.toHaveProperty("email", expect.anything());
});

test("a user is created once, whatever the case of its name, and gone when it is deleted", async () => {
  const { scim, users } = await account();
  const created = await addPerson(scim, "Ada@example.com", { emails: [{ value: "ada@example.com" }] });
  const path = `/Users/${idOf(created)}`;
  for (const body of [person("Ada@example.com"), person("ADA@EXAMPLE.COM"), person(" ada@example.com")]) {
    await scimFailure(scim("POST", "/Users", body), 409, "uniqueness");
  }
  await scimFailure(scim("POST", "/Users", person("kay", { emails: [{ value: "ADA@example.com" }] })), 409, "uniqueness");
  const kay = await addPerson(scim, "kay");
  await scimFailure(scim("PUT", `/Users/${idOf(kay)}`, person("ada@example.com")), 409, "uniqueness");

  const deleted = await scim("DELETE", path);
  expect(deleted).toMatchObject({ status: 204, body: {} });
  for (const [method, body] of [["GET"], ["PUT", person("ada@example.com")], ["DELETE"]] as const) {
    await scimFailure(scim(method, path, body), 404);
  }
  const kept = await users().getUser({ key: { case: "id", value: idOf(created) }, showDeleted: true });
  expect(kept.user?.deleteTime).toBeDefined();
  expect(idOf(await addPerson(scim, "ada@example.com"))).not.toBe(created["id"]);
});

test("lists have pages, an exact total and an order, and those who come meanwhile are last", async () => {
  const { scim, ownerId } = await account();
  const names = ["dora", "Bob", "alice", "carl", "eve"];
  for (const name of names) await addPerson(scim, name, name === "carl" ? {} : { displayName: `${name} X` });
  const first = await scim("GET", "/Users?count=2");
  expect(first.body).toMatchObject({ totalResults: 6, startIndex: 1, itemsPerPage: 2 });
  // Its first user was not written by SCIM: it is called by its id.
  expect(namesIn(first)).toEqual([ownerId, "dora"]);
  await addPerson(scim, "frank");
  const rest = await scim("GET", "/Users?startIndex=3&count=1000");
  expect(rest.body).toMatchObject({ totalResults: 7, startIndex: 3, itemsPerPage: 5 });
  expect(namesIn(rest)).toEqual(["Bob", "alice", "carl", "eve", "frank"]);

  const sorted = async (query: string) => namesIn(await scim("GET", `/Users?${query}`));
  expect(await sorted("sortBy=userName")).toEqual(["alice", "Bob", "carl", "dora", "eve", "frank", ownerId]);
  expect(await sorted("sortBy=userName&sortOrder=descending")).toEqual([
    ...[ownerId, "frank", "eve", "dora", "carl", "Bob", "alice"],
  ]);
  // Who has no value is last, and first in a descending order; pages cut through both.
  const byDisplayName = ["Bob", ownerId, "alice", "dora", "eve", "carl", "frank"];
  expect(await sorted("sortBy=displayName")).toEqual(byDisplayName);
  for (let start = 1; start <= 8; start += 1) {
    const page = await scim("GET", `/Users?sortBy=displayName&startIndex=${start}&count=2&filter=userName pr`);
    expect(page.body["totalResults"]).toBe(7);
    expect(namesIn(page)).toEqual(byDisplayName.slice(start - 1, start + 1));
  }
  expect(await sorted("count=0")).toEqual([]);
  expect(await sorted("count=-1&startIndex=-5")).toEqual([]);
  expect((await scim("GET", "/Users?startIndex=8")).body).toMatchObject({ totalResults: 7, itemsPerPage: 0, Resources: [] });

  const search = {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
    sortBy: "userName",
    startIndex: 2,
    count: 2,
  };
  for (const path of ["/Users/.search", "/.search"]) {
    expect(namesIn(await scim("POST", path, { ...search, filter: 'userName ne "carl"' }))).toEqual(["Bob", "dora"]);
  }
  for (const query of ["count=many", "startIndex=1.5", "sortBy=nickName", "sortOrder=up", "sortBy=userName&sortOrder=1"]) {
    await scimFailure(scim("GET", `/Users?${query}`), 400, "invalidValue");
  }
});

test("attributes are sent as they are asked for", async () => {
  const { scim } = await account();
  const created = await scim("POST", "/Users?attributes=userName,name.familyName", person("bjensen", FULL));
  const id = idOf(created.body);
  expect(created.body).toEqual({
    ...{ schemas: created.body["schemas"], id, userName: "bjensen", name: { familyName: "Jensen" } },
  });
  const get = async (query: string) => (await scim("GET", `/Users/${id}?${query}`)).body;
  expect(Object.keys(await get("attributes=NICKNAME,emails.value"))).toEqual(["schemas", "id", "emails", "nickName"]);
  expect(await get("attributes=emails.value")).toMatchObject({
    emails: [{ value: "bjensen@example.com" }, { value: "babs@jensen.org" }],
  });
  expect(await get(`attributes=${ENTERPRISE}:manager.displayName`)).toMatchObject({
    [ENTERPRISE]: { manager: { displayName: "John Smith" } },
  });
  expect(await get(`attributes=${CORE}:title,nothing`)).toEqual({
    schemas: created.body["schemas"],
    id,
    title: "Tour Guide",
  });
  const without = await get(`excludedAttributes=id,schemas,${ENTERPRISE},emails.type,name,meta.version,userName.x`);
  expect(without).toMatchObject({ id, userName: "bjensen", emails: [{ value: "bjensen@example.com", primary: true }, {}] });
  expect(without).not.toHaveProperty("name");
  expect(Object.keys(without)).not.toContain(ENTERPRISE);
  const listed = await scim("GET", "/Users?attributes=title&filter=title pr");
  expect(listed.body).toMatchObject({ Resources: [{ schemas: expect.anything(), id, title: "Tour Guide" }] });
  await scimFailure(scim("GET", `/Users/${id}?attributes=a&excludedAttributes=b`), 400, "invalidValue");
});

test("a tag makes a request conditional", async () => {
  const { scim } = await account();
  const { body, headers } = await scim("POST", "/Users", person("ada"));
  const path = `/Users/${idOf(body)}`;
  const tag = headers.get("etag") ?? "";
  expect(tag).toMatch(/^W\/"\d+-1"$/);
  const unchanged = await scim("GET", path, undefined, { "if-none-match": tag });
  expect(unchanged).toMatchObject({ status: 304, body: {} });
  expect((await scim("GET", path, undefined, { "if-none-match": 'W/"other"' })).status).toBe(200);
  const changed = await scim("PUT", path, person("ada", { title: "Countess" }), { "if-match": tag });
  expect(changed.status).toBe(200);
  for (const method of ["PUT", "PATCH", "DELETE"]) {
    const change = { PUT: person("ada"), PATCH: { Operations: [{ op: "remove", path: "title" }] } }[method];
    await scimFailure(scim(method, path, change, { "if-match": tag }), 412);
    await scimFailure(scim(method, path, change, { "if-none-match": "*" }), 412);
  }
  expect((await scim("GET", path)).headers.get("etag")).toBe(changed.headers.get("etag"));
  const both = `"other", ${changed.headers.get("etag")}`;
  expect((await scim("DELETE", path, undefined, { "if-match": both })).status).toBe(204);
});
