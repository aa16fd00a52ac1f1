import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { parseScimFilter } from "../../src/scim/filter/parse.ts";
import { LONG } from "../support/bounds.ts";
import { addPerson, CORE, ENTERPRISE, idOf, PATCH_OP, person, type Scim, scimFailure, useScim } from "./setup.ts";

const roster = useScim({ maxMessageBytes: 200_000 });

let scim: Scim;
let path: string;
beforeAll(async () => {
  scim = roster.scim((await roster.account()).secret);
  path = `/Users/${idOf(await addPerson(scim, "ada", { displayName: "Ada" }))}`;
});

/** Sends bytes that no client would send. */
async function raw(method: string, where: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
  const response = await fetch(`${roster.server.url}/scim/v2${where}`, {
    method,
    headers: { authorization: `Bearer ${roster.server.secret}`, "content-type": "application/scim+json", ...headers },
    body,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) };
}

test("bodies that are no JSON, or no resource, are refused as the client's mistake", async () => {
  for (const body of ["", "{", "nonsense", '{"userName":"x"', Buffer.from([0xff, 0xfe]), `${"[".repeat(50_000)}`]) {
    for (const [method, where] of [
      ["POST", "/Users"],
      ["PUT", path],
      ["PATCH", path],
      ["POST", "/Bulk"],
    ] as const) {
      await scimFailure(raw(method, where, body), 400, "invalidSyntax");
    }
  }
  const deep = `${'{"a":'.repeat(40)}1${"}".repeat(40)}`;
  await scimFailure(raw("POST", "/Users", `{"userName":"x","x":${deep}}`), 400, "invalidSyntax");
  await scimFailure(raw("POST", "/Users", JSON.stringify(person("x".repeat(300_000)))), 413);
  for (const headers of [
    { "content-type": "text/plain" },
    { "content-type": "application/xml" },
    { "content-encoding": "gzip" },
  ]) {
    await scimFailure(raw("POST", "/Users", "{}", headers), 415);
  }
  for (const body of [null, 7, "x", true, [], [person("x")]])
    await scimFailure(scim("POST", "/Users", body), 400, "invalidSyntax");
});

test("values of the wrong kind, too long, or with what can't be stored, are invalidValue", async () => {
  const wrong = [
    {},
    { userName: null },
    { userName: " " },
    { userName: 7 },
    { userName: ["a", "b"] },
    { userName: "x".repeat(256) },
    { userName: "a\u0000b" },
    { userName: "a\nb" },
    { userName: "\ud800" },
    { userName: "x", active: "maybe" },
    { userName: "x", active: 1 },
    { userName: "x", name: "Ada" },
    { userName: "x", name: [{}, {}] },
    { userName: "x", name: { givenName: 1 } },
    { userName: "x", emails: [{ value: "nobody" }] },
    { userName: "x", emails: [{ value: `${"x".repeat(300)}@example.com` }] },
    { userName: "x", emails: [[["a"]]] },
    { userName: "x", emails: [{ value: "a@b.org", primary: "perhaps" }] },
    {
      userName: "x",
      emails: [
        { value: "a@b.org", primary: true },
        { value: "c@d.org", primary: "True" },
      ],
    },
    { userName: "x", title: "a\u0000b" },
    { userName: "x", title: { a: 1 } },
    { userName: "x", title: "t".repeat(100_000) },
    { userName: "x", "": 1 },
    { userName: "x", ["k".repeat(300)]: 1 },
    { userName: "x", [ENTERPRISE]: "IT" },
    { userName: "x", [ENTERPRISE]: { manager: 7 } },
    { userName: "x", custom: JSON.parse(`${'{"a":'.repeat(20)}1${"}".repeat(20)}`) },
    { schemas: "x", userName: "x" },
    { schemas: ["urn:other"], userName: "x" },
    { schemas: [7], userName: "x" },
  ];
  for (const body of wrong) await scimFailure(scim("POST", "/Users", body), 400, "invalidValue");
  expect((await scim("GET", "/Users?count=0")).body).toMatchObject({ totalResults: 2 });
});

test("names that objects have by themselves are names like any other", async () => {
  const body = `{"schemas":["${CORE}"],"userName":"proto","__proto__":{"x":1},"constructor":"c","toString":7,
    "name":{"__proto__":"p","givenName":"G"},"hasOwnProperty":true}`;
  const created = await raw("POST", "/Users", body);
  expect(created.status).toBe(201);
  expect(Object.keys(created.body)).toEqual(
    expect.arrayContaining(["__proto__", "constructor", "toString", "hasOwnProperty"]),
  );
  const where = `/Users/${created.body.id}`;
  const patched = await raw(
    "PATCH",
    where,
    `{"Operations":[{"op":"add","value":{"constructor":"d","valueOf":1}},
    {"op":"replace","path":"toString","value":8},{"op":"remove","path":"hasOwnProperty"},{"op":"add","path":"name.constructor","value":"n"}]}`,
  );
  expect(patched.body).toMatchObject({
    constructor: "d",
    valueOf: 1,
    toString: 8,
    name: { constructor: "n", givenName: "G" },
  });
  expect(Object.keys(patched.body)).not.toContain("hasOwnProperty");
  expect(
    (await raw("POST", "/Users/.search", '{"__proto__":{"count":0},"filter":"constructor eq \\"d\\""}')).body,
  ).toMatchObject({
    totalResults: 1,
  });
  for (const query of ["attributes=constructor,__proto__", "sortBy=constructor", "filter=__proto__ pr", "constructor=1"]) {
    expect((await scim("GET", `/Users?${query}`)).status).toBeLessThan(500);
  }
});

test("paths and verbs that lead nowhere have errors of their own", async () => {
  for (const [method, where, status] of [
    ["GET", "/", 404],
    ["GET", "/Nothing", 404],
    ["GET", `${path}/emails`, 404],
    ["GET", "/Users/%00", 404],
    ["PUT", "/Users/%00", 404],
    ["DELETE", "/Users/%00", 404],
    ["GET", "/Users/%", 404],
    ["GET", "/Users/%F0%9F%92%A9", 404],
    ["GET", `/Users/${"x".repeat(2000)}`, 404],
    ["PUT", "/Users", 405],
    ["DELETE", "/Schemas", 405],
    ["GET", "/Bulk", 405],
    ["GET", "/Users/.search", 405],
    ["GET", "/Groups", 501],
    ["POST", "/Groups", 501],
    ["GET", "/Groups/x", 501],
    ["GET", "/Schemas/urn:other", 404],
    ["GET", "/ResourceTypes/Group", 404],
    ["GET", "/Schemas?filter=id pr", 403],
  ] as const) {
    await scimFailure(
      scim(method, where, method === "PUT" || method === "POST" ? person("x") : undefined),
      status,
      status === 403 ? "invalidFilter" : undefined,
    );
  }
  const refused = await scimFailure(scim("PATCH", "/Users", {}), 405);
  expect(refused.headers.get("allow")).toBe("GET, POST");
  for (const where of ["/Users/", "/ServiceProviderConfig/", "/ResourceTypes", "/ResourceTypes/User", `/Schemas/${CORE}`]) {
    expect((await scim("GET", where)).status).toBe(200);
  }
  expect((await scim("GET", "/ResourceTypes")).body).toMatchObject({
    totalResults: 1,
    Resources: [{ id: "User", schema: CORE }],
  });
});

// A parser that tries all ways to read them would not come to an end.
test("filters that could be read in very many ways are refused at once", () => {
  const hard = [
    `a eq "${"\\a".repeat(2000)}`,
    `a eq "${"\n".repeat(4000)}`,
    "(".repeat(4000),
    "a eq 1 and ".repeat(300),
    `${"not ".repeat(900)}a pr`,
  ];
  for (const filter of hard) expect(() => parseScimFilter(filter)).toThrow("filter, at offset");
});

const name = fc.oneof(
  fc.constantFrom(
    "userName",
    "emails",
    "name",
    "active",
    "schemas",
    "id",
    "meta",
    "groups",
    "value",
    "primary",
    "type",
    ENTERPRISE,
    "manager",
    "__proto__",
  ),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>("ada", "True", "work", "a@b.org", "add", "bulkId:x", null, true, 0, -1e300, "\ud800", "\0"),
    fc.string({ unit: "binary", maxLength: 6 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie("value")), { maxLength: 4 }).map(Object.fromEntries),
  ),
}));
const valuePath = fc.oneof(
  fc.constantFrom(
    "emails",
    'emails[type eq "work"]',
    'emails[type eq "work"].value',
    "name.givenName",
    ENTERPRISE,
    `${ENTERPRISE}:manager`,
    "x[y pr].z",
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const operation = fc.record(
  { op: fc.constantFrom("add", "replace", "remove", "Add"), path: valuePath, value: anything },
  { requiredKeys: ["op"] },
);
const filterText = fc
  .array(
    fc.constantFrom(
      "userName",
      "emails",
      "[",
      "]",
      "(",
      ")",
      "eq",
      "pr",
      "and",
      "not",
      '"a"',
      "true",
      "null",
      "1",
      ".value",
      "meta.created",
      "urn:a:b",
    ),
    {
      maxLength: 9,
    },
  )
  .map((words) => words.join(" "));

test("no generated body, path or filter gives a 500, and what was taken can be read", LONG, async () => {
  const below500 = async (method: string, where: string, body?: unknown) => {
    const answer = await scim(method, where, body as never);
    expect({ method, where, body, status: answer.status < 500 }).toEqual({ method, where, body, status: true });
    if (answer.status === 200 || answer.status === 201) {
      const again = await scim("GET", `/Users/${idOf(answer.body)}`);
      expect(again).toMatchObject({ status: 200, body: answer.body });
    }
  };
  await fc.assert(
    fc.asyncProperty(
      anything,
      fc.array(operation, { minLength: 1, maxLength: 3 }),
      filterText,
      async (value, operations, filter) => {
        await below500("PUT", path, { schemas: [CORE], userName: "ada", ...Object(value) });
        await below500("PATCH", path, { schemas: [PATCH_OP], Operations: operations });
        expect((await scim("POST", "/Bulk", { Operations: [value] } as never)).status).toBeLessThan(500);
        expect((await scim("GET", `/Users?count=1&filter=${encodeURIComponent(filter)}`)).status).toBeLessThan(500);
      },
    ),
    { numRuns: 40 },
  );
});
