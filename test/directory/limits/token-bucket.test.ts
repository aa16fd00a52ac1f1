import { expect, test } from "vitest";
import { TokenBucket } from "../../../src/directory/limits/token-bucket.ts";

const LIMIT = { perSecond: 10, burst: 5 };

test("a full bucket gives the burst at once, and then as much as a second brings", () => {
  const bucket = new TokenBucket(LIMIT, 0);
  const taken = (now: number) => bucket.take(1, LIMIT, now).allowed;
  expect(Array.from({ length: 7 }, () => taken(0))).toEqual([true, true, true, true, true, false, false]);
  expect([taken(99), taken(100), taken(100), taken(250), taken(300)]).toEqual([false, true, false, true, true]);
});

test("a refusal says when it would be allowed, and an answer how much is left", () => {
  const bucket = new TokenBucket(LIMIT, 0);
  expect(bucket.take(4, LIMIT, 0)).toEqual({ allowed: true, remaining: 1, retryAfterMs: 0 });
  expect(bucket.take(3, LIMIT, 0)).toEqual({ allowed: false, remaining: 1, retryAfterMs: 200 });
  expect(bucket.take(3, LIMIT, 200)).toEqual({ allowed: true, remaining: 0, retryAfterMs: 0 });
});

test("rest fills the bucket up to the burst and no further", () => {
  const bucket = new TokenBucket(LIMIT, 0);
  bucket.take(5, LIMIT, 0);
  expect(bucket.isFull(LIMIT, 499)).toBe(false);
  expect(bucket.isFull(LIMIT, 500)).toBe(true);
  expect(bucket.takeUpTo(100, LIMIT, 60_000)).toBe(5);
});

test("what costs more than the burst is allowed when the bucket is full, and is paid for afterwards", () => {
  const bucket = new TokenBucket(LIMIT, 0);
  expect(bucket.take(25, LIMIT, 0).allowed).toBe(true);
  expect(bucket.take(1, LIMIT, 0)).toEqual({ allowed: false, remaining: 0, retryAfterMs: 2_100 });
  expect(bucket.takeUpTo(5, LIMIT, 1_999)).toBe(0);
  expect(bucket.take(1, LIMIT, 2_100).allowed).toBe(true);
});

test("over a long time the average is the limit, whatever is asked for", () => {
  const bucket = new TokenBucket(LIMIT, 0);
  let done = 0;
  for (let now = 0; now <= 100_000; now += 7) {
    const cost = 1 + ((now * 31) % 8);
    if (bucket.take(cost, LIMIT, now).allowed) done += cost;
  }
  expect(done).toBeGreaterThan(990);
  expect(done).toBeLessThanOrEqual(1_000 + LIMIT.burst + 8);
});
