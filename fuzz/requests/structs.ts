import type { Random } from "../../test/server/random.ts";
import { some } from "./filters.ts";
import { SHORT_ABSURD } from "./texts.ts";
import { Json, type JsonTree } from "./tree.ts";

const KEYS = ["a", "b", "plan", "tags", "a.b", "", "__proto__", "constructor", "é😀", "x".repeat(256)] as const;
const NUMBERS = [0, -0, 1, -1, 0.1, 2 ** 53, 1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY] as const;

/** Metadata, mostly small. */
export function someMetadata(random: Random, hostile: number): Json {
  if (!random.chance(hostile)) return new Json(object(random, 3, 0.02));
  const extremes = [
    () => nested(random, 15 + random.below(5)),
    () => nested(random, 1_500),
    () => ({ a: "x".repeat(65_000 + random.below(2_000)) }),
    () => Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`k${i}`, i])),
    () => object(random, 5, 0.7),
  ] as const;
  return new Json(random.pick(extremes)());
}

function object(random: Random, depth: number, hostile: number): JsonTree {
  const keys = Array.from({ length: random.below(4) }, () =>
    random.chance(hostile)
      ? random.pick(some(SHORT_ABSURD))
      : (KEYS[random.below(random.chance(hostile) ? KEYS.length : 4)] ?? "a"),
  );
  // From pairs, so that `__proto__` is a key.
  return Object.fromEntries(keys.map((key) => [key, value(random, depth - 1, hostile)]));
}

function value(random: Random, depth: number, hostile: number): JsonTree {
  const form = random.below(depth > 0 ? 6 : 4);
  if (form === 0) return NUMBERS[random.below(random.chance(hostile) ? NUMBERS.length : 6)] ?? 0;
  if (form === 1) return random.chance(hostile) ? random.pick(some(SHORT_ABSURD)) : random.pick(["pro", "free", "x"]);
  if (form === 2) return random.chance(0.5);
  if (form === 3) return null;
  if (form === 4) return Array.from({ length: random.below(4) }, () => value(random, depth - 1, hostile));
  return object(random, depth, hostile);
}

function nested(random: Random, depth: number): JsonTree {
  let inner: JsonTree = "deep";
  const isList = random.chance(0.5);
  for (let level = 0; level < depth; level++) inner = isList ? [inner] : { a: inner };
  return { a: inner };
}

const SCHEMAS: readonly JsonTree[] = [
  {},
  { type: "object" },
  { type: "object", properties: { plan: { type: "string", enum: ["pro", "free"] } } },
  { properties: { a: { type: "number", minimum: 1 } }, additionalProperties: true },
  { properties: { a: { pattern: "^(a+)+$" } } },
  { properties: { a: { pattern: "(" } } },
  { $ref: "#" },
  { $ref: "https://example.com/schema" },
  { $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" },
  { allOf: [{ $ref: "#/allOf/0" }] },
  { $schema: "http://json-schema.org/draft-04/schema#" },
  { $id: "urn:x", $dynamicRef: "#a" },
  { type: "nothing" },
  { minProperties: -1 },
  { format: "regex", contentEncoding: "base64" },
  { propertyNames: { maxLength: 3 }, unevaluatedProperties: false },
];

/** A JSON Schema, or what somebody may take for one. */
export function someSchema(random: Random, hostile: number): Json {
  return random.chance(hostile) ? someMetadata(random, 0.5) : new Json(random.pick(some(SCHEMAS)));
}
