import { SweptMap } from "./swept-map.ts";
import { type RateLimit, TokenBucket, type Verdict } from "./token-bucket.ts";

/** Holds callers to their limits. Those who share a name share a limit. */
export interface RateLimiter {
  /** Takes `cost` under a name, if the limit allows it. */
  take(name: string, limit: RateLimit, cost: number): Verdict | Promise<Verdict>;
}

/** One bucket for each name that is in use. `now` is in milliseconds that never go back. */
export class TokenBuckets {
  readonly #now: () => number;
  readonly #buckets: SweptMap<{ readonly bucket: TokenBucket; limit: RateLimit }>;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    // A full bucket is as good as a new one.
    this.#buckets = new SweptMap(({ bucket, limit }) => bucket.isFull(limit, now()));
  }

  take(name: string, limit: RateLimit, cost: number): Verdict {
    return this.#bucket(name, limit).take(cost, limit, this.#now());
  }

  takeUpTo(name: string, limit: RateLimit, most: number): number {
    return this.#bucket(name, limit).takeUpTo(most, limit, this.#now());
  }

  #bucket(name: string, limit: RateLimit): TokenBucket {
    const entry = this.#buckets.getOrInsert(name, () => ({ bucket: new TokenBucket(limit, this.#now()), limit }));
    entry.limit = limit;
    return entry.bucket;
  }
}
