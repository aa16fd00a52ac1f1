import { beforeAll, expect, test } from "vitest";
import { addPerson, ENTERPRISE, idOf, namesIn, type Scim, scimFailure, useScim } from "./setup.ts";

const roster = useScim();

let scim: Scim;
let ownerId: string;
let adaId: string;
let created: string;

const PEOPLE = [
  {
    userName: "Ada@example.com",
    externalId: "00uA",
    displayName: "Ada L",
    name: { givenName: "Ada", familyName: "Lovelace" },
    title: "Countess",
    emails: [
      { value: "ada@example.com", type: "work", primary: true },
      { value: "Ada@Home.org", type: "home" },
    ],
    [ENTERPRISE]: { department: "Analysis", manager: { value: "U1" } },
  },
  {
    userName: "bob",
    active: false,
    name: { formatted: "Bob Ross" },
    title: "painter",
    emails: [{ value: "bob@example.com" }],
  },
  { userName: 'Zoë "Z" O\'Neil \\ [x] (y)', "urn:x:1.0:User": { level: 3, vip: true, city: "Oslo" } },
];

beforeAll(async () => {
  const account = await roster.account();
  scim = roster.scim(account.secret);
  ownerId = account.ownerId;
  for (const { userName, ...more } of PEOPLE) {
    const user = await addPerson(scim, userName, more);
    if (userName.startsWith("Ada")) {
      adaId = idOf(user);
      created = String(Object(user["meta"]).created);
    }
  }
  // Not written by SCIM: called by its e-mail address.
  await account.users().createUser({ user: { email: "Kay@example.com", displayName: "Kay", name: "Kay K" } });
});

const ADA = "Ada@example.com";
const ZOE = 'Zoë "Z" O\'Neil \\ [x] (y)';
const KAY = "Kay@example.com";

async function found(filter: string): Promise<string[]> {
  const answer = await scim("GET", `/Users?filter=${encodeURIComponent(filter)}`);
  expect({ filter, detail: answer.body["detail"] }).toEqual({ filter, detail: undefined });
  expect(answer.body["totalResults"]).toBe(namesIn(answer).length);
  return namesIn(answer).map((name) => (name === ownerId ? "owner" : name));
}

test("the whole grammar of filters finds whom it should", async () => {
  const cases: ReadonlyArray<readonly [string, readonly string[]]> = [
    // What identity providers ask: by name, by id.
    ['userName eq "ada@EXAMPLE.com"', [ADA]],
    ['userName Eq "kay@example.com"', [KAY]],
    ['userName eq "nobody"', []],
    [`userName eq ${JSON.stringify(ZOE)}`, [ZOE]],
    [`userName eq ${JSON.stringify(ZOE.toUpperCase())}`, [ZOE]],
    [`id eq "${"{ada}"}"`, [ADA]],
    ['externalId eq "00uA"', [ADA]],
    ['externalId eq "00ua"', []],
    // Operators and logic.
    ['userName sw "ADA"', [ADA]],
    ['userName co "example" and active eq true', [ADA, KAY]],
    ['userName ew "OB"', ["bob"]],
    ['not (userName co "@")', ["owner", "bob", ZOE]],
    ['userName gt "ada@example.com" and userName lt "c"', ["bob"]],
    ["active eq false", ["bob"]],
    ['active ne "False"', ["owner", ADA, ZOE, KAY]],
    ["active pr", ["owner", ADA, "bob", ZOE, KAY]],
    ['title eq "countess" or title sw "PAINT"', [ADA, "bob"]],
    ['title ne "painter" and title pr', [ADA]],
    ["title eq null", ["owner", ZOE, KAY]],
    ["not (title pr) and not(active eq false)", ["owner", ZOE, KAY]],
    ['title pr and (userName eq "bob" or (userName eq "ada@example.com" and (title co "ount")))', [ADA, "bob"]],
    ['title eq "countess" or title eq "painter" and active eq true', [ADA]],
    ['(title eq "countess" or title eq "painter") and active eq false', ["bob"]],
    // Names, what fields hold and what is kept beside them.
    ['displayName eq "ada l"', [ADA]],
    ['displayName sw "K"', [KAY]],
    ['name.familyName eq "lovelace"', [ADA]],
    ['name.formatted co "ross"', ["bob"]],
    ['name.formatted eq "kay k"', [KAY]],
    ["name pr", [ADA, "bob", KAY]],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "bob" and name pr', ["bob"]],
    // Lists.
    ['emails.value eq "ada@home.org"', [ADA]],
    ['emails co "@example.com"', [ADA, "bob", KAY]],
    ['emails[type eq "work" and value co "example"]', [ADA]],
    ['emails[type eq "home" and value co "example"]', []],
    ['emails[type eq "home"].value eq "ADA@home.org"', [ADA]],
    ["emails[primary eq true]", [ADA, KAY]],
    ["emails[not (type pr)]", ["bob", KAY]],
    ["emails.type pr", [ADA]],
    ["emails pr", [ADA, "bob", KAY]],
    ['not (emails[value ew ".com"])', ["owner", ZOE]],
    ["phoneNumbers pr", []],
    // Extensions.
    [`${ENTERPRISE}:department eq "analysis"`, [ADA]],
    [`${ENTERPRISE}:manager.value eq "U1"`, [ADA]],
    [`${ENTERPRISE}:manager eq "u1" and ${ENTERPRISE}:manager pr`, [ADA]],
    ["urn:x:1.0:User:level ge 3", [ZOE]],
    ["urn:x:1.0:User:level gt 3.5e0", []],
    ["urn:x:1.0:User:vip eq true", [ZOE]],
    ['urn:x:1.0:User:city sw "os"', [ZOE]],
    // What the server decides about.
    ['meta.created ge "{created}"', [ADA, "bob", ZOE, KAY]],
    ['meta.created lt "{created}"', ["owner"]],
    ['meta.lastModified gt "2020-01-01T00:00:00+01:00" and userName eq "bob"', ["bob"]],
    ['meta.resourceType eq "User" and userName eq "bob"', ["bob"]],
    ['meta.resourceType eq "Group"', []],
    [`schemas eq "${ENTERPRISE}"`, [ADA]],
    ['schemas eq "urn:ietf:params:scim:schemas:core:2.0:User" and userName eq "bob"', ["bob"]],
    // What nobody has.
    ['unheardOf eq "x"', []],
    ['unheardOf.of eq "x" or userName eq "bob"', ["bob"]],
  ];
  for (const [text, names] of cases) {
    const filter = text.replace("{ada}", adaId).replace("{created}", created);
    expect({ filter, names: await found(filter) }).toEqual({ filter, names });
  }
});

test("what is no filter, or can't be one, is invalidFilter", async () => {
  const wrong = [
    "userName",
    "userName eq",
    'userName eq "x',
    "userName eq x",
    "userName eq 'x'",
    'userName is "x"',
    'userName eq "x" userName eq "y"',
    'userName eq "x" and',
    '(userName eq "x"',
    'userName eq "x")',
    'not userName eq "x"',
    'emails[type eq "x"',
    "emails[]",
    'emails["x"]',
    'title[value eq "x"]',
    'emails.value[type eq "x"]',
    'emails[x[y eq "z"]]',
    'emails[urn:x:type eq "z"]',
    'userName eq "\\u0000"',
    'userName eq "\\ud800"',
    'userName eq "\\x"',
    "userName co 7",
    "userName gt null",
    "active gt true",
    'active eq "perhaps"',
    'active co "t"',
    'meta.created eq "yesterday"',
    'meta.created co "2026"',
    'meta.version eq "x"',
    'meta.resourceType sw "U"',
    'schemas co "x"',
    'title.x eq "x"',
    "emails[primary gt true]",
    `${"(".repeat(40)}active pr${")".repeat(40)}`,
    Array.from({ length: 70 }, () => "active pr").join(" or "),
    `userName eq "${"x".repeat(5000)}"`,
    `userName eq "${"\\a".repeat(1000)}`,
    "🙂",
    "a.b.c eq 1",
    "1 eq 1",
  ];
  for (const filter of wrong) {
    const { body } = await scimFailure(scim("GET", `/Users?filter=${encodeURIComponent(filter)}`), 400, "invalidFilter");
    expect(body["detail"]).not.toBe("");
    await scimFailure(scim("POST", "/Users/.search", { filter }), 400, "invalidFilter");
  }
  expect(await found(" ")).toHaveLength(5);
});
