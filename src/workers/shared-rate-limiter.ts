import type { RateLimiter } from "../directory/limits/rate-limiter.ts";
import { SweptMap } from "../directory/limits/swept-map.ts";
import type { RateLimit, Verdict } from "../directory/limits/token-bucket.ts";
import type { TokensGranted, TokensRequested } from "./messages.ts";

/** So much of a second's tokens is asked for at once, so that a busy worker need not ask for each call. */
const PORTION_SECONDS = 0.02;
/** Tokens that a worker has not used by then are lost, so that none saves them up. */
const TOKEN_LIFE_MS = 200;
/** Without an answer of the primary by then, calls go on unlimited: it is on its way out. */
const ANSWER_TIMEOUT_MS = 1_000;

interface Share {
  tokens: number;
  expires: number;
  /** Until then the primary had none. */
  emptyUntil: number;
  request: Promise<void> | undefined;
}

/**
 * A worker's side of limits that all workers share: the primary has the buckets, and grants tokens in small portions to whoever asks
 * first. So a caller gets its whole limit by whatever connections, and no more than that by all of them.
 */
export class SharedRateLimiter implements RateLimiter {
  readonly #send: (message: TokensRequested) => void;
  readonly #shares = new SweptMap(isIdle);
  readonly #requests = new Map<number, (granted: TokensGranted | undefined) => void>();
  #lastRequest = 0;

  constructor(send: (message: TokensRequested) => void) {
    this.#send = send;
  }

  async take(name: string, limit: RateLimit, cost: number): Promise<Verdict> {
    const share = this.#share(name);
    for (;;) {
      const now = performance.now();
      if (share.expires < now) share.tokens = Math.min(0, share.tokens);
      if (share.tokens >= Math.min(cost, limit.burst)) {
        share.tokens -= cost;
        return { allowed: true, remaining: Math.max(0, share.tokens), retryAfterMs: 0 };
      }
      if (now < share.emptyUntil) {
        return { allowed: false, remaining: 0, retryAfterMs: Math.ceil(share.emptyUntil - now) };
      }
      share.request ??= this.#request(name, limit, cost, share).finally(() => {
        share.request = undefined;
      });
      await share.request;
    }
  }

  /** Takes what the primary sends. */
  receive(message: TokensGranted): void {
    this.#requests.get(message.request)?.(message);
  }

  async #request(name: string, limit: RateLimit, cost: number, share: Share): Promise<void> {
    this.#lastRequest += 1;
    const request = this.#lastRequest;
    const portion = Math.max(1, Math.floor(limit.perSecond * PORTION_SECONDS));
    const wanted = Math.max(Math.min(cost, limit.burst), portion) - share.tokens;
    const granted = await new Promise<TokensGranted | undefined>((resolve) => {
      this.#requests.set(request, resolve);
      setTimeout(() => resolve(undefined), ANSWER_TIMEOUT_MS).unref();
      this.#send({ type: "tokens-requested", request, name, limit, wanted });
    });
    this.#requests.delete(request);
    const now = performance.now();
    const tokens = granted === undefined ? wanted : granted.tokens;
    share.tokens += tokens;
    share.expires = now + TOKEN_LIFE_MS;
    if (granted !== undefined && share.tokens < Math.min(cost, limit.burst)) {
      share.emptyUntil = now + granted.retryAfterMs;
    }
  }

  #share(name: string): Share {
    return this.#shares.getOrInsert(name, () => ({ tokens: 0, expires: 0, emptyUntil: 0, request: undefined }));
  }
}

function isIdle({ tokens, expires, emptyUntil, request }: Share): boolean {
  const now = performance.now();
  return request === undefined && tokens >= 0 && expires < now && emptyUntil < now;
}
