import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "vitest";
import type { RateLimit } from "../../src/directory/limits/token-bucket.ts";

/**
 * So slow that a busy machine still asks for more all the time, and with such a burst that no pause of its makes the bucket overflow:
 * either would be less than the limit, by no fault of the limiter.
 */
export const SLOW_LIMIT: RateLimit = { perSecond: 20, burst: 60 };

/**
 * Keeps 64 calls in flight for three seconds and expects that, within a tenth, as many are answered as `SLOW_LIMIT` allows: no fewer than
 * until the last of those that are answered is made, no more than until all calls have ended.
 */
export async function expectHeldToSlowLimit(call: (index: number) => Promise<unknown>): Promise<void> {
  await call(0);
  const start = performance.now();
  let lastAnsweredAt = start;
  let answered = 1;
  const work = async (index: number) => {
    while (performance.now() < start + 3_000) {
      const calledAt = performance.now();
      const error = await call(index).then(() => undefined, ConnectError.from);
      if (error === undefined) {
        answered += 1;
        lastAnsweredAt = Math.max(lastAnsweredAt, calledAt);
      } else {
        expect(error.code).toBe(Code.ResourceExhausted);
      }
    }
  };
  await Promise.all(Array.from({ length: 64 }, (_, index) => work(index)));
  expect(lastAnsweredAt - start).toBeGreaterThan(1_500);
  expect(answered).toBeGreaterThan(0.9 * allowedIn(lastAnsweredAt - start));
  expect(answered).toBeLessThanOrEqual(1.1 * allowedIn(performance.now() - start));
}

const allowedIn = (ms: number) => SLOW_LIMIT.burst + (ms / 1_000) * SLOW_LIMIT.perSecond;
