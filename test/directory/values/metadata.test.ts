import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/directory/values/json.ts";
import { metadataProblem } from "../../../src/directory/values/metadata.ts";

test("metadata may be 16 levels deep, and no deeper", () => {
  expect(metadataProblem(objects(16))).toBeUndefined();
  expect(metadataProblem(objects(17))).toBe("must be at most 16 levels deep");
  expect(metadataProblem({ list: arrays(15) })).toBeUndefined();
  expect(metadataProblem({ list: arrays(16) })).toBe("must be at most 16 levels deep");
});

test("depth without end is refused without an overflow", () => {
  expect(metadataProblem(objects(5_000))).toBe("must be at most 16 levels deep");
});

test("metadata may be 65536 bytes as JSON, and no more, whatever the script", () => {
  const frame = '{"text":""}'.length;
  expect(metadataProblem({ text: "x".repeat(65_536 - frame) })).toBeUndefined();
  expect(metadataProblem({ text: "x".repeat(65_537 - frame) })).toBe("must be at most 65536 bytes as JSON, is 65537");
  expect(metadataProblem({ text: "é".repeat(32_763) })).toBe("must be at most 65536 bytes as JSON, is 65537");
  expect(metadataProblem({ text: "é".repeat(32_762) })).toBeUndefined();
});

test("keys have 1 to 255 characters", () => {
  for (const key of ["k", "k".repeat(255), "\u{20000}".repeat(255), "a.b", " ", "ключ"]) {
    expect(metadataProblem({ [key]: 1 })).toBeUndefined();
  }
  for (const key of ["", "k".repeat(256), "\u{20000}".repeat(256)]) {
    expect(metadataProblem({ [key]: 1 })).toBe("the keys in / must have 1 to 255 characters");
  }
  expect(metadataProblem({ a: [{ "": 1 }] })).toBe("the keys in /a/0 must have 1 to 255 characters");
});

test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("%s is a key like any other", (key) => {
  expect(metadataProblem({ [key]: { [key]: 1 } })).toBeUndefined();
  expect(metadataProblem({ [key]: "\0" })).toBe(
    `the text at /${key} must be Unicode without U+0000 and unpaired surrogates`,
  );
});

test.each<[string, JsonObject, string]>([
  ["NUL in a text", { a: { b: "x\0" } }, "/a/b"],
  ["NUL in a key", { a: { "b\0": 1 } }, "/a"],
  ["an unpaired surrogate in a text", { a: ["ok", "\uD800x"] }, "/a/1"],
  ["an unpaired surrogate in a key", { "\uDC00": 1 }, "/"],
])("%s is refused by its place", (_, metadata, place) => {
  expect(metadataProblem(metadata)).toBe(`the text at ${place} must be Unicode without U+0000 and unpaired surrogates`);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  "the number %s is refused by its place",
  (number) => {
    expect(metadataProblem({ a: [1, { b: number }] })).toBe("the number at /a/1/b must be finite");
  },
);

test("numbers, texts, truth values and null of every kind are fine", () => {
  const metadata = {
    n: [0, -0, 2 ** 60, -1e308, 5e-324],
    s: ["", "😀", "\u2028"],
    t: true,
    f: false,
    none: null,
    o: {},
    l: [],
  };
  expect(metadataProblem(metadata)).toBeUndefined();
  expect(metadataProblem({})).toBeUndefined();
});

function objects(depth: number): JsonObject {
  let value: JsonObject = {};
  for (let level = 1; level < depth; level += 1) value = { a: value };
  return value;
}

function arrays(depth: number): JsonValue {
  let value: JsonValue = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}
