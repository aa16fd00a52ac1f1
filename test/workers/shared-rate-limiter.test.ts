import { expect, test } from "vitest";
import { TokenBuckets } from "../../src/directory/limits/rate-limiter.ts";
import type { TokensRequested } from "../../src/workers/messages.ts";
import { SharedRateLimiter } from "../../src/workers/shared-rate-limiter.ts";

/** With such a burst, a pause of a busy machine does not make the bucket overflow. */
const LIMIT = { perSecond: 200, burst: 200 };
const ALLOWED = 400;

/** Limiters of two workers, whose messages take a turn of the event loop each way, as in MessageRouter. */
function openTwo() {
  const buckets = new TokenBuckets();
  let requests = 0;
  const worker = (): SharedRateLimiter => {
    const limiter: SharedRateLimiter = new SharedRateLimiter(({ request, name, limit, wanted }: TokensRequested) => {
      requests += 1;
      setImmediate(() => {
        const tokens = buckets.takeUpTo(name, limit, wanted);
        limiter.receive({
          type: "tokens-granted",
          request,
          tokens,
          retryAfterMs: ((wanted - tokens) / limit.perSecond) * 1_000,
        });
      });
    });
    return limiter;
  };
  return { workers: [worker(), worker()], requests: () => requests };
}

/** How much is allowed in a second to those who ask all the time. */
async function allowedTo(limiters: readonly SharedRateLimiter[]): Promise<number> {
  const end = performance.now() + 1_000;
  let allowed = 0;
  const ask = async (limiter: SharedRateLimiter) => {
    while (performance.now() < end) {
      if ((await limiter.take("caller", LIMIT, 1)).allowed) allowed += 1;
      await new Promise(setImmediate);
    }
  };
  await Promise.all(limiters.flatMap((limiter) => Array.from({ length: 8 }, () => ask(limiter))));
  return allowed;
}

test("two workers together allow what one limit does, and one alone gets all of it", async () => {
  const both = openTwo();
  const together = await allowedTo(both.workers);
  expect(together).toBeGreaterThan(ALLOWED * 0.9);
  expect(together).toBeLessThanOrEqual(ALLOWED * 1.1);
  const { workers, requests } = openTwo();
  const alone = await allowedTo(workers.slice(0, 1));
  expect(alone).toBeGreaterThan(ALLOWED * 0.9);
  expect(alone).toBeLessThanOrEqual(ALLOWED * 1.1);
  expect(requests()).toBeLessThan(alone / 2);
});

test("what costs more than the burst is allowed once, and paid for", async () => {
  const [limiter = expect.fail()] = openTwo().workers;
  expect((await limiter.take("import", LIMIT, 1_000)).allowed).toBe(true);
  expect(await limiter.take("import", LIMIT, 1)).toMatchObject({ allowed: false, remaining: 0 });
});

test("without a primary that answers, calls are not held up for long", async () => {
  const limiter = new SharedRateLimiter(() => {});
  expect((await limiter.take("caller", LIMIT, 1)).allowed).toBe(true);
});
