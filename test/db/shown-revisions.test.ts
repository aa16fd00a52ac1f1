import { expect, test } from "vitest";
import { ShownRevisions } from "../../src/db/replicas/shown-revisions.ts";

test("the highest revision of each account is kept for half a minute at least, and not for ever", () => {
  let now = 0;
  const shown = new ShownRevisions(() => now);
  expect(shown.of("a")).toBe(0);
  shown.raise("a", 7);
  shown.raise("a", 5);
  shown.raise("b", 1);
  expect([shown.of("a"), shown.of("b")]).toEqual([7, 1]);
  now = 29_000;
  shown.raise("a", 8);
  now = 31_000;
  shown.raise("c", 1);
  now = 58_000;
  shown.raise("c", 1);
  expect([shown.of("a"), shown.of("c")]).toEqual([8, 1]);
  now = 62_000;
  shown.raise("c", 1);
  expect([shown.of("a"), shown.of("b"), shown.of("c")]).toEqual([0, 0, 1]);
});
