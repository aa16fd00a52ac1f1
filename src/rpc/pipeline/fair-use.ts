import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { RosterError } from "../../directory/errors.ts";
import { type Caller, credentialId } from "../../directory/keys/api-key.ts";
import type { Authenticate } from "../../directory/keys/authentication.ts";
import type { Proof } from "../../directory/keys/proof.ts";
import type { RateLimiter } from "../../directory/limits/rate-limiter.ts";
import type { RateLimit, Verdict } from "../../directory/limits/token-bucket.ts";
import type { Meter } from "../../metrics/meter.ts";
import { AdmissionMetrics } from "./admission-metrics.ts";
import { type PeerContext, peerOf } from "./peer.ts";

/** What callers may do in a second where nothing else is set for them. Undefined: any number. */
export interface DefaultLimits {
  readonly perKey: RateLimit | undefined;
  readonly perToken: RateLimit | undefined;
  readonly perAccount: RateLimit | undefined;
  /** Authentications that fail, by the address that they come from. */
  readonly failuresPerAddress: RateLimit | undefined;
}

export const NO_LIMITS: DefaultLimits = {
  perKey: undefined,
  perToken: undefined,
  perAccount: undefined,
  failuresPerAddress: undefined,
};

/** A limit that a call was counted against. */
interface Counted {
  readonly name: "caller" | "account";
  readonly limit: RateLimit;
  readonly verdict: Verdict;
}

/** Sees to it that no caller starves the others. */
export class FairUse {
  readonly #limiter: RateLimiter;
  readonly #defaults: DefaultLimits;
  readonly #metrics: AdmissionMetrics;
  readonly #guessers = new Map<string, Guesser>();

  constructor(limiter: RateLimiter, defaults: DefaultLimits, meter: Meter) {
    this.#limiter = limiter;
    this.#defaults = defaults;
    this.#metrics = new AdmissionMetrics(meter);
  }

  /**
   * Counts a call against the limits of its caller, and tells of the tighter one in the headers of the answer, where there are any.
   * Throws RATE_LIMITED.
   */
  async admit(caller: Caller, cost: number, responseHeader: Pick<Headers, "set"> | undefined): Promise<void> {
    const counted = await this.#count(caller, cost);
    if (counted === undefined) {
      return;
    }
    responseHeader?.set("ratelimit-policy", policyOf(counted));
    responseHeader?.set("ratelimit", stateOf(counted));
    if (!counted.verdict.allowed) {
      this.#metrics.limitHit(metricNameOf(counted, caller), "refused");
      throw rateLimited(counted);
    }
  }

  async #count(caller: Caller, cost: number): Promise<Counted | undefined> {
    let tightest: Counted | undefined;
    for (const { name, key, limit } of this.#limitsOf(caller)) {
      const counted: Counted = { name, limit, verdict: await this.#limiter.take(key, limit, cost) };
      if (!counted.verdict.allowed) {
        return counted;
      }
      if (tightest === undefined || counted.verdict.remaining < tightest.verdict.remaining) tightest = counted;
    }
    return tightest;
  }

  /** Waits until a message of a stream may go out. */
  async pace(caller: Caller, signal: AbortSignal): Promise<void> {
    for (const named of this.#limitsOf(caller)) {
      for (let waited = false; ; waited = true) {
        const { allowed, retryAfterMs } = await this.#limiter.take(named.key, named.limit, 1);
        if (allowed || signal.aborted) break;
        if (!waited) this.#metrics.limitHit(metricNameOf(named, caller), "delayed");
        await setTimeout(retryAfterMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** Authenticates a caller. An address from which too much was refused is not heard for a while, but for what was proven there. */
  async authenticate(context: PeerContext, proof: Proof, authenticate: Authenticate): Promise<Caller> {
    const guesser = this.#guessers.size === 0 ? undefined : this.#guessers.get(peerOf(context).address);
    if (guesser !== undefined && performance.now() < guesser.silentUntil && !guesser.proven.has(digestOf(proof))) {
      this.#metrics.limitHit("address", "refused");
      throw tooManyFailures(guesser.silentUntil - performance.now());
    }
    try {
      const caller = await authenticate(proof);
      guesser?.proven.add(digestOf(proof));
      return caller;
    } catch (error) {
      this.#metrics.authenticationFailed(error);
      if (error instanceof RosterError && isRefusal(error)) await this.#noteFailure(peerOf(context).address, error);
      throw error;
    }
  }

  async #noteFailure(address: string, refusal: RosterError): Promise<void> {
    const limit = this.#defaults.failuresPerAddress;
    if (limit === undefined) {
      return;
    }
    const { allowed, retryAfterMs } = await this.#limiter.take(`address ${address}`, limit, 1);
    const guesser = this.#guessers.get(address) ?? { silentUntil: 0, proven: new Set() };
    this.#guessers.delete(address);
    this.#guessers.set(address, guesser);
    const [oldest] = this.#guessers.keys();
    if (this.#guessers.size > MAX_GUESSERS && oldest !== undefined) this.#guessers.delete(oldest);
    if (!allowed) {
      guesser.silentUntil = performance.now() + retryAfterMs;
      this.#metrics.limitHit("address", "refused");
      throw tooManyFailures(retryAfterMs, refusal);
    }
  }

  #limitsOf({ accountId, credential }: Caller): readonly NamedLimit[] {
    const { perKey, perToken, perAccount } = this.#defaults;
    const own = credential.kind === "key" ? (credential.key.rateLimit ?? perKey) : perToken;
    if (own === undefined && perAccount === undefined) {
      return UNLIMITED;
    }
    return [
      ...(own === undefined ? [] : [{ name: "caller" as const, key: `caller ${credentialId(credential)}`, limit: own }]),
      ...(perAccount === undefined ? [] : [{ name: "account" as const, key: `account ${accountId}`, limit: perAccount }]),
    ];
  }
}

interface NamedLimit extends Pick<Counted, "name" | "limit"> {
  /** Those who share it share the limit. */
  readonly key: string;
}

const UNLIMITED: readonly NamedLimit[] = [];

function metricNameOf({ name }: Pick<NamedLimit, "name">, { credential }: Caller) {
  return name === "account" ? name : credential.kind;
}

/** An address from which authentications have failed. */
interface Guesser {
  silentUntil: number;
  /** Digests of what has been proven since: those who share the address with a guesser go on. */
  readonly proven: Set<string>;
}

const MAX_GUESSERS = 10_000;

function isRefusal({ reason }: RosterError): boolean {
  return reason === "API_KEY_INVALID" || reason === "TOKEN_INVALID";
}

function digestOf(proof: Proof): string {
  return typeof proof === "object"
    ? proof.fingerprint
    : createHash("sha256")
        .update(proof ?? "")
        .digest("base64");
}

// As in draft-ietf-httpapi-ratelimit-headers: a quota in a window of seconds; what is left of it, and when all of it is back.
function policyOf({ name, limit }: Counted): string {
  return `"${name}";q=${limit.burst};w=${secondsFor(limit.burst, limit)}`;
}

function stateOf({ name, limit, verdict }: Counted): string {
  return `"${name}";r=${verdict.remaining};t=${secondsFor(limit.burst - verdict.remaining, limit)}`;
}

function secondsFor(count: number, { perSecond }: RateLimit): number {
  return Math.ceil(count / perSecond);
}

function rateLimited({ name, limit, verdict }: Counted): RosterError {
  const whose = name === "caller" ? "this caller" : "the account";
  return new RosterError("RATE_LIMITED", `${whose} has ${limit.perSecond} calls a second, and has used them up`, {
    retryAfter: Math.max(1, verdict.retryAfterMs),
  });
}

function tooManyFailures(waitMs: number, cause?: unknown): RosterError {
  return new RosterError("RATE_LIMITED", "too many authentications from this address have failed", {
    retryAfter: Math.max(1, Math.ceil(waitMs)),
    cause,
  });
}
