import { describe, expect, test } from "vitest";
import type { RosterError } from "../../src/directory/errors.ts";
import { canonicalJson, type JsonObject } from "../../src/directory/values/json.ts";
import { createMetadataRules } from "../../src/metadata/metadata-rules.ts";

const rules = createMetadataRules();
const ruleOf = (schema: JsonObject) => rules.ruleOf(canonicalJson(schema));

/** `field: description` of all that breaks the rule, or undefined. */
async function verdict(schema: JsonObject, metadata: JsonObject): Promise<string | undefined> {
  const violations = (await ruleOf(schema))(metadata);
  return violations.length === 0
    ? undefined
    : violations.map(({ field, description }) => `${field}: ${description}`).join("; ");
}

const PERSON: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://example.com/person",
  type: "object",
  required: ["plan"],
  additionalProperties: false,
  properties: {
    plan: { enum: ["free", "pro"], default: "free" },
    seats: { type: "integer", minimum: 1 },
    tags: { type: "array", uniqueItems: true, items: { type: "string", pattern: "^[a-z]+$" } },
    "home address": { $ref: "#/$defs/address" },
    homes: { type: "array", items: { $ref: "#/$defs/address" } },
    labels: { type: "object", propertyNames: { maxLength: 3 }, patternProperties: { "^n": { type: "number" } } },
    joined: { format: "date" },
    contact: { anyOf: [{ type: "string", format: "email" }, { type: "null" }] },
    kind: JSON.parse('{"if": {"const": "a"}, "then": {"const": "b"}, "else": true}'),
    seatsPer: {},
  },
  dependentRequired: { seatsPer: ["seats"] },
  $defs: { address: { type: "object", required: ["city"], properties: { city: { type: "string", minLength: 1 } } } },
};

const breaks: ReadonlyArray<[JsonObject, string]> = [
  [{}, "metadata.plan: is required"],
  [{ plan: "gold" }, 'metadata.plan: must be one of "free", "pro"'],
  [{ plan: "pro", seats: 0 }, "metadata.seats: must be >= 1"],
  [{ plan: "pro", seats: 1.5 }, "metadata.seats: must be integer"],
  [{ plan: "pro", other: 1 }, "metadata.other: is not allowed"],
  [{ plan: "pro", "not known": 1 }, 'metadata["not known"]: is not allowed'],
  [{ plan: "pro", tags: ["a", "B"] }, 'metadata.tags[1]: must match pattern "^[a-z]+$"'],
  [{ plan: "pro", tags: ["a", "a"] }, "metadata.tags: must not have the same item twice"],
  [{ plan: "pro", "home address": {} }, 'metadata["home address"].city: is required'],
  [{ plan: "pro", homes: [{ city: "x" }, { city: "" }] }, "metadata.homes[1].city: must NOT have fewer than 1 characters"],
  [{ plan: "pro", labels: { long1: 1 } }, "metadata.labels.long1: has a name that is not allowed"],
  [{ plan: "pro", labels: { n1: "x" } }, "metadata.labels.n1: must be number"],
  [{ plan: "pro", joined: "2026-02-30" }, 'metadata.joined: must match format "date"'],
  [{ plan: "pro", contact: "nobody" }, "metadata.contact: fits none of the alternatives"],
  [{ plan: "pro", kind: "a" }, 'metadata.kind: must be "b"'],
  [{ plan: "pro", seatsPer: 1 }, "metadata.seats: is required where seatsPer is"],
];

test("finds every place that breaks a schema, each once, and ten of many", async () => {
  const person = { seats: 0, other: 1, tags: ["A", "b"], labels: { long1: 1, n1: "x" }, contact: "nobody", kind: "a" };
  expect((await verdict(PERSON, { ...person, homes: [{}, { city: "" }] }))?.split("; ").sort()).toEqual([
    "metadata.contact: fits none of the alternatives",
    "metadata.homes[0].city: is required",
    "metadata.homes[1].city: must NOT have fewer than 1 characters",
    'metadata.kind: must be "b"',
    "metadata.labels.long1: has a name that is not allowed",
    "metadata.labels.n1: must be number",
    "metadata.other: is not allowed",
    "metadata.plan: is required",
    "metadata.seats: must be >= 1",
    'metadata.tags[0]: must match pattern "^[a-z]+$"',
  ]);
  const strings = { additionalProperties: { type: "string", maxLength: 1 } };
  const numbers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`n${n}`, n]));
  expect((await ruleOf(strings))(numbers(100))).toHaveLength(10);
  expect((await ruleOf(strings))(numbers(15_000))).toEqual([{ field: "metadata.n0", description: "must be string" }]);
  const alternatives = { anyOf: [{ required: ["a"] }, { properties: { b: { const: 1 } }, required: ["c"] }] };
  expect(await verdict(alternatives, { b: 2 })).toBe("metadata: fits none of the alternatives");
});

test.each(breaks)("finds what breaks a schema, and where: %j", async (metadata, expected) => {
  expect(await verdict(PERSON, metadata)).toBe(expected);
});

test.each<JsonObject>([
  { plan: "free" },
  { plan: "pro", seats: 3, tags: ["a", "b"], "home address": { city: "Ulm", more: [1] }, joined: "2024-02-29" },
  { plan: "pro", contact: null, labels: { abc: "x", n: 1 }, kind: "c" },
  { plan: "pro", contact: "ada@example.com", homes: [], seats: 1e15, seatsPer: {} },
])("lets pass what keeps to it: %j", async (metadata) => {
  expect(await verdict(PERSON, metadata)).toBeUndefined();
});

test.each<[string, string, boolean]>([
  ["date-time", "2026-01-31T10:00:00Z", true],
  ["date-time", "2026-01-31t10:00:00.123456+02:00", true],
  ["date-time", "2026-01-31 10:00:00Z", false],
  ["date-time", "2026-01-31T25:00:00Z", false],
  ["date-time", "2026-01-31", false],
  ["date", "0000-00-00", false],
  ["email", "ada@example.com", true],
  ["email", "ada", false],
  ["uri", "https://example.com/?a#b", true],
  ["uri", "/relative", false],
  ["uuid", "123e4567-e89b-12d3-a456-426614174000", true],
  ["uuid", "123e4567", false],
])("checks the format %s: %s", async (format, text, good) => {
  expect((await verdict({ properties: { x: { format } } }, { x: text })) === undefined).toBe(good);
});

const refused: ReadonlyArray<[JsonObject, string]> = [
  [{ type: "strin" }, ".type"],
  [{ properties: [] }, ".properties"],
  [{ properties: { a: { minimum: "1" } } }, ".properties.a.minimum"],
  [{ $schema: "http://json-schema.org/draft-07/schema#" }, ".$schema"],
  [{ properties: { a: { unknown: 1 } } }, ".properties.a.unknown"],
  [{ properties: { "a b": { $id: "x" } } }, '.properties["a b"].$id'],
  [{ $ref: "https://example.com/schema" }, ".$ref"],
  [{ $ref: "#" }, ".$ref"],
  [{ allOf: [{ $ref: "#/$defs/none" }] }, ".allOf[0].$ref"],
  [{ $ref: "#/$defs/toString" }, ".$ref"],
  [{ $dynamicRef: "#x" }, ".$dynamicRef"],
  [{ items: { $anchor: "x" } }, ".items.$anchor"],
  [{ $vocabulary: {} }, ".$vocabulary"],
  [{ format: "hostname" }, ".format"],
  [JSON.parse('{"then": {}}'), ".then"],
  [{ properties: { a: { pattern: "(?=a)" } } }, ".properties.a.pattern"],
  [{ properties: { a: { pattern: "(a)\\1" } } }, ".properties.a.pattern"],
  [{ properties: { a: { pattern: "(" } } }, ".properties.a.pattern"],
  [{ patternProperties: { "(?<!a)b": {} } }, '.patternProperties["(?<!a)b"]'],
  [{ pattern: "a{1000}{1000}" }, ".pattern"],
  [{ pattern: "(a{0,500}){2}" }, ".pattern"],
  [{ pattern: "x".repeat(501) }, ".pattern"],
  [JSON.parse('{"properties":{"__proto__":{}}}'), ".properties.__proto__"],
  [JSON.parse('{"$defs":{"__proto__":{}}}'), ".$defs.__proto__"],
  [{ $defs: { a: { properties: { b: { $ref: "#/$defs/a" } } } } }, ".$defs.a.properties.b.$ref"],
  [{ $defs: { a: { $ref: "#/$defs/b" }, b: { not: { $ref: "#/$defs/a" } } } }, ".$defs.b.not.$ref"],
  [{ allOf: Array(500).fill({}) }, ""],
  [{ $defs: doubling(30) }, ".$defs.d23"],
  [{ minContains: 2, maxContains: 1, contains: {} }, ""],
];

/** Each definition refers twice to the next: a check would take 2 ** count steps. */
function doubling(count: number): JsonObject {
  const each = (n: number): JsonObject => ({ allOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] });
  return Object.fromEntries(Array.from({ length: count + 1 }, (_, n) => [`d${n}`, n === count ? {} : each(n)]));
}

test.each(refused)("makes no rule of %j, and says where not", async (schema, place) => {
  const error: RosterError = await ruleOf(schema).then(
    () => expect.fail("a rule was made"),
    (reason) => reason,
  );
  expect([error.reason, error.details.fields?.map(({ field }) => field)]).toEqual([
    "FIELD_INVALID",
    [`account.metadata_schema${place}`],
  ]);
});

describe("whatever the schema is", () => {
  test("patterns that make others backtrack take the time of their text, and too much text is refused", async () => {
    const schema = { additionalProperties: { pattern: "^(x+x+)+y$" } };
    expect(await verdict(schema, { a: "x".repeat(30_000) })).toMatch(/^metadata\.a: must match pattern/);
    const wide = { additionalProperties: { pattern: "(a.{0,200}b.{0,200}c)$" } };
    expect(await verdict(wide, { a: "ab".repeat(10_000) })).toMatch(/^metadata: has too much text/);
    expect(await verdict(wide, { a: "abc" })).toBeUndefined();
  });

  test("many values are compared by few questions, or refused", async () => {
    const items = Array.from({ length: 10_000 }, (_, n) => ({ n }));
    expect(await verdict({ properties: { a: { uniqueItems: true } } }, { a: items })).toBeUndefined();
    expect(await verdict({ properties: { a: { uniqueItems: true } } }, { a: [...items, { n: 7 }] })).toContain("twice");
    const asked = { additionalProperties: { anyOf: Array.from({ length: 400 }, (_, n) => ({ const: n })) } };
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, 399]));
    expect(await verdict(asked, many)).toMatch(/^metadata: has too many values/);
    expect(await verdict(asked, { a: 399 })).toBeUndefined();
  });

  test("texts in it are texts, not code", async () => {
    const evil = `"];globalThis.hacked=true;//\`\${globalThis.hacked=true}\`\n\u2028*/'`;
    const schema: JsonObject = {
      title: evil,
      required: [evil],
      properties: { [evil]: { enum: [evil], description: evil } },
      dependentRequired: { [evil]: [evil] },
      propertyNames: { not: { const: `${evil}!` } },
    };
    expect(await verdict(schema, { [evil]: evil })).toBeUndefined();
    expect(await verdict(schema, {})).toContain("is required");
    expect(await verdict(schema, { [evil]: evil, [`${evil}!`]: 1 })).toContain("has a name that is not allowed");
    expect("hacked" in globalThis).toBe(false);
  });

  test("members that every object inherits count only if they are there", async () => {
    const schema = { required: ["toString"], properties: { constructor: { type: "string" } } };
    expect(await verdict(schema, {})).toBe("metadata.toString: is required");
    expect(await verdict(schema, { toString: 1 })).toBeUndefined();
    expect(await verdict({ additionalProperties: false }, JSON.parse('{"__proto__":1}'))).toBe(
      "metadata.__proto__: is not allowed",
    );
  });

  test("it is no other's: neither by its id nor by its definitions", async () => {
    const of = (type: string): JsonObject => ({
      $id: "https://example.com/same",
      properties: { a: { $ref: "#/$defs/a" } },
      $defs: { a: { type } },
    });
    expect(await verdict(of("string"), { a: "x" })).toBeUndefined();
    expect(await verdict(of("number"), { a: "x" })).toBe("metadata.a: must be number");
    expect(await verdict(of("string"), { a: "x" })).toBeUndefined();
  });

  test("metadata is left as it is", async () => {
    const metadata = { seats: "1" };
    const schema = { properties: { plan: { default: "free" }, seats: { type: ["string", "number"] } } };
    expect(await verdict(schema, metadata)).toBeUndefined();
    expect(metadata).toEqual({ seats: "1" });
  });
});

test("rules that were asked for lately are kept, and others made anew", async () => {
  const first = await ruleOf({ title: "first" });
  for (let n = 0; n < 499; n += 1) await ruleOf({ title: `${n}` });
  expect(await ruleOf({ title: "first" })).toBe(first);
  const second = await ruleOf({ title: "0" });
  for (let n = 0; n < 500; n += 1) await ruleOf({ title: `more ${n}` });
  expect(await ruleOf({ title: "0" })).not.toBe(second);
});
