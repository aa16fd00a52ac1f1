import type { Random } from "../test/server/random.ts";
import type { Callers } from "./callers/callers.ts";
import type { Findings } from "./finding.ts";
import { judge } from "./judge/judge.ts";
import { makeShot, methodOf, sweep } from "./requests/make.ts";
import type { Shot } from "./requests/shot.ts";
import type { Sender } from "./send/sender.ts";
import type { Tally } from "./tally.ts";

interface Parts {
  readonly callers: Callers;
  readonly sender: Sender;
  readonly findings: Findings;
  readonly tally: Tally;
}

/** Requests that are under way at a time. */
const LANES = 32;
const RENEW_AFTER_MS = 15_000;
/** When so many calls were refused whose key should work, a request has taken the rights from the callers. */
const RENEW_AFTER_REFUSALS = 3;

/** Makes requests, sends them, and judges the answers. */
export class Shooting {
  readonly #parts: Parts;
  #renewedAt = 0;
  #refusals = 0;
  #renewal: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Requests that the seed repeats, but for what answers have shown. */
  async shoot(random: Random, signal: AbortSignal): Promise<void> {
    const lane = async () => {
      while (!signal.aborted) {
        await this.#renew();
        await this.fire(makeShot(random, this.#parts.callers.known));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  /** Absurd texts in every place: this part of so many. */
  async sweep(part: number, parts: number): Promise<void> {
    const shots = sweep(part, parts);
    const lane = async () => {
      for (const shot of shots) {
        await this.#renew();
        await this.fire(shot);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  /** Returns what is wrong with the answer. */
  async fire(shot: Shot): Promise<string | undefined> {
    const { sender, callers, findings, tally } = this.#parts;
    const method = methodOf(shot);
    const { finding, outcome, messages } = judge(shot, method?.output, await sender.send(shot));
    tally.add(shot.method, outcome, shot.spoilt !== undefined);
    if (finding !== undefined) findings.add({ what: finding, shot });
    if (method !== undefined) callers.learn(method.output, messages);
    if (hasLostRights(shot, outcome)) this.#refusals += 1;
    return finding;
  }

  /** Nobody waits for it but the first to notice. */
  async #renew(): Promise<void> {
    const isDue = performance.now() - this.#renewedAt > RENEW_AFTER_MS || this.#refusals >= RENEW_AFTER_REFUSALS;
    if (!isDue || this.#renewal !== undefined) return;
    this.#renewal = this.#parts.callers.renew();
    await this.#renewal;
    this.#renewal = undefined;
    this.#renewedAt = performance.now();
    this.#refusals = 0;
  }
}

function hasLostRights({ headers, spoilt }: Shot, outcome: string): boolean {
  const isRefused = outcome === "ACCOUNT_SUSPENDED" || outcome === "API_KEY_INVALID";
  return (
    isRefused &&
    spoilt === undefined &&
    headers.some(([, value]) => value.startsWith("Bearer {") && !value.includes("NOBODY"))
  );
}
