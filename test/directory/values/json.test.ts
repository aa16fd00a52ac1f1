import { expect, test } from "vitest";
import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  mergePatch,
  mergeTopLevel,
} from "../../../src/directory/values/json.ts";

test.each<[JsonValue, string]>([
  [null, "null"],
  [true, "true"],
  [-0, "0"],
  [1e21, "1e+21"],
  ['é\n"\u2028', '"é\\n\\"\u2028"'],
  [[3, "a", null, []], '[3,"a",null,[]]'],
  [{}, "{}"],
  [{ b: 1, a: { d: [], c: {} }, "": 0 }, '{"":0,"a":{"c":{},"d":[]},"b":1}'],
  [{ 10: 1, 9: 2, a: 3 }, '{"10":1,"9":2,"a":3}'],
])("the canonical text of %j is %s", (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test("values are equal where their canonical texts are", () => {
  expect(canonicalJson({ a: [{ x: 1, y: 2 }], b: null })).toBe(canonicalJson({ b: null, a: [{ y: 2, x: 1 }] }));
  for (const other of [{ a: 1 }, { a: "1", b: null }, { a: [1, 2], b: null }, { a: [2, 1] }, { a: null }, {}]) {
    expect(canonicalJson(other)).not.toBe(canonicalJson({ a: [1, 2] }));
  }
});

test("a canonical text parses to the value it was made of", () => {
  const text = '{"__proto__":{"x":[1]},"constructor":"c","z":{"__proto__":null}}';
  const value: JsonObject = JSON.parse(text);
  expect(canonicalJson(value)).toBe(text);
});

/** RFC 7396, appendix A: original, patch, result. */
const RFC_7396: ReadonlyArray<readonly [string, string, string]> = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', "{}"],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', "null", "null"],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
  ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

test.each(RFC_7396)("RFC 7396: %s patched with %s is %s", (original, patch, result) => {
  expect(JSON.stringify(mergePatch(JSON.parse(original), JSON.parse(patch)))).toBe(result);
});

test("a patch of nothing makes objects of the objects alone", () => {
  expect(mergePatch(undefined, { a: null, b: { c: null } })).toEqual({ b: {} });
  expect(mergePatch(undefined, 1)).toBe(1);
});

test("merging at the top level replaces members whole, and keeps null", () => {
  expect(mergeTopLevel({ a: { x: 1 }, b: 1 }, { a: { y: 2 }, c: null })).toEqual({ a: { y: 2 }, b: 1, c: null });
});

test.each(["__proto__", "constructor", "prototype"])(
  "%s is data, in what is merged and in the patch, and pollutes nothing",
  (key) => {
    const patch: JsonObject = JSON.parse(`{"${key}":{"polluted":true},"in":{"${key}":{"polluted":true}}}`);
    const target: JsonObject = JSON.parse(`{"${key}":{"old":1},"in":{}}`);
    const deep = mergePatch(target, patch);
    expect(JSON.stringify(deep)).toBe(`{"${key}":{"old":1,"polluted":true},"in":{"${key}":{"polluted":true}}}`);
    expect(JSON.stringify(mergeTopLevel(target, patch))).toBe(JSON.stringify(patch));
    expect(JSON.stringify(mergePatch(target, JSON.parse(`{"${key}":null}`)))).toBe('{"in":{}}');
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect(Object.getPrototypeOf(deep)).toBe(Object.prototype);
  },
);

test("a merge changes neither of what it is given", () => {
  const target = Object.freeze({ a: Object.freeze({ x: 1 }) });
  const patch = Object.freeze({ a: Object.freeze({ x: null, y: 2 }) });
  expect(mergePatch(target, patch)).toEqual({ a: { y: 2 } });
  expect(mergeTopLevel(target, patch)).toEqual({ a: { x: null, y: 2 } });
});

test("arrays and null are no objects", () => {
  expect([{}, [], null, "x", undefined].map(isJsonObject)).toEqual([true, false, false, false, false]);
});
