import { type RateLimit, TokenBucket, type Verdict } from "./token-bucket.ts";

/** Holds callers to their limits. Those who share a name share a limit. */
export interface RateLimiter {
  /** Takes `cost` under a name, if the limit allows it. */
  take(name: string, limit: RateLimit, cost: number): Verdict | Promise<Verdict>;
}

/** One bucket for each name that is in use. `now` is in milliseconds that never go back. */
export class TokenBuckets {
  readonly #now: () => number;
  readonly #buckets = new Map<string, { readonly bucket: TokenBucket; limit: RateLimit }>();
  #sweepAt = SWEEP_SIZE;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  take(name: string, limit: RateLimit, cost: number): Verdict {
    return this.#bucket(name, limit).take(cost, limit, this.#now());
  }

  takeUpTo(name: string, limit: RateLimit, most: number): number {
    return this.#bucket(name, limit).takeUpTo(most, limit, this.#now());
  }

  #bucket(name: string, limit: RateLimit): TokenBucket {
    const entry = this.#buckets.get(name) ?? { bucket: new TokenBucket(limit, this.#now()), limit };
    entry.limit = limit;
    this.#buckets.set(name, entry);
    if (this.#buckets.size > this.#sweepAt) this.#sweep();
    return entry.bucket;
  }

  /** A full bucket is as good as a new one. */
  #sweep(): void {
    for (const [name, { bucket, limit }] of this.#buckets) {
      if (bucket.isFull(limit, this.#now())) this.#buckets.delete(name);
    }
    this.#sweepAt = Math.max(SWEEP_SIZE, this.#buckets.size * 2);
  }
}

const SWEEP_SIZE = 1_000;
