import { expect, test } from "vitest";
import { TokenBuckets } from "../../../src/directory/limits/rate-limiter.ts";
import { SweptMap } from "../../../src/directory/limits/swept-map.ts";

const LIMIT = { perSecond: 1, burst: 2 };

test("each of many callers gets its limit and no more, also the one whose arrival makes idle buckets be forgotten", () => {
  const buckets = new TokenBuckets(() => 0);
  const allowed = (name: string) => buckets.take(name, LIMIT, 1).allowed;
  for (let caller = 0; caller < 5_000; caller += 1) {
    const name = `caller ${caller}`;
    expect([name, allowed(name), allowed(name), allowed(name)]).toEqual([name, true, true, false]);
  }
});

test("a bucket that has filled up is forgotten, one that is in use is not", () => {
  let now = 0;
  const buckets = new TokenBuckets(() => now);
  const allowed = (name: string) => buckets.take(name, LIMIT, 1).allowed;
  for (let caller = 0; caller < 3_000; caller += 1) {
    allowed(`at rest ${caller}`);
  }
  now = 60_000;
  expect([allowed("busy"), allowed("busy")]).toEqual([true, true]);
  for (let caller = 0; caller < 3_000; caller += 1) {
    allowed(`new ${caller}`);
  }
  expect(allowed("busy")).toBe(false);
});

test("a swept map keeps no more than twice what is in use", () => {
  const idle = new Set<number>();
  const map = new SweptMap<number>((value) => idle.has(value));
  for (let value = 0; value < 10_000; value += 1) {
    expect(map.getOrInsert(`entry ${value}`, () => value)).toBe(value);
    idle.add(value - 500);
  }
  expect(map.size).toBeLessThanOrEqual(1_000);
  expect(map.getOrInsert("entry 9999", () => -1)).toBe(9_999);
});
