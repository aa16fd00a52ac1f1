/** How much of something may be done: so much a second on average, and so much at once after a rest. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** What a bucket says of something that is to be done. */
export interface Verdict {
  readonly allowed: boolean;
  /** How much may be done right after, in whole units. */
  readonly remaining: number;
  /** If it is not allowed: after so many milliseconds it would be. Else 0. */
  readonly retryAfterMs: number;
}

/** A token bucket: it gains tokens with time, up to the burst, and what is done takes some out. */
export class TokenBucket {
  #tokens: number;
  #filledAt: number;

  /** Full. `now` is in milliseconds that never go back. */
  constructor({ burst }: RateLimit, now: number) {
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /**
   * Takes `cost` tokens if there are as many. What costs more than the burst is allowed when the bucket is full, and leaves a debt, so
   * that the average holds all the same.
   */
  take(cost: number, limit: RateLimit, now: number): Verdict {
    this.#fill(limit, now);
    const needed = Math.min(cost, limit.burst);
    const allowed = this.#tokens >= needed;
    const retryAfterMs = allowed ? 0 : Math.ceil(((needed - this.#tokens) / limit.perSecond) * 1000);
    if (allowed) {
      this.#tokens -= cost;
    }
    return { allowed, remaining: Math.max(0, Math.floor(this.#tokens)), retryAfterMs };
  }

  /** Takes as many whole tokens as there are, but no more than `most`, and returns how many. */
  takeUpTo(most: number, limit: RateLimit, now: number): number {
    this.#fill(limit, now);
    const taken = Math.max(0, Math.min(Math.floor(this.#tokens), most));
    this.#tokens -= taken;
    return taken;
  }

  /** Whether it is as good as a new one. */
  isFull(limit: RateLimit, now: number): boolean {
    this.#fill(limit, now);
    return this.#tokens >= limit.burst;
  }

  #fill({ perSecond, burst }: RateLimit, now: number): void {
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = now;
  }
}
