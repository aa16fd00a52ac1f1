import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Message } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { RosterError } from "@roster/client";
import type { Random } from "../../test/server/random.ts";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type Fleet, PATIENCE_MS } from "../servers/fleet.ts";
import type { SoakClient } from "../servers/seat.ts";
import type { Kind, Meter } from "./meter.ts";
import { answerText, type MethodName } from "./methods.ts";
import type { Pace } from "./pace.ts";
import { verdictOf } from "./verdict.ts";

/** How often a caller gives a call up that has failed, and never learns what has become of it. */
const GIVE_UP = 0.03;
/** How often a call that was answered is made again. */
const REPEAT = 0.03;
/** How often that is an older one, from before whatever has happened since. */
const REPEAT_LATER = 0.02;
const KEPT_ANSWERS = 40;
const PAUSE_MS = 30;

export interface CallerParts {
  readonly fleet: Fleet;
  readonly ledger: Ledger;
  readonly pace: Pace;
  readonly meter: Meter;
}

export interface Mutation<T> {
  readonly method: MethodName;
  call(client: SoakClient, requestId: string): Promise<T>;
  /** Until when a repeat answers the same. Default: for a day. `soon`: what it is about does not last. */
  readonly repeatable?: "always" | "soon" | "never";
  /** The users that it is about: once they are purged, the answer is forgotten. */
  readonly ids?: readonly string[];
}

export type Outcome<T> =
  | { readonly requestId: string; readonly answer: T }
  | { readonly requestId: string; readonly answer: undefined };

/** One who calls, one call after the other. */
export class Caller {
  readonly name: string;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly #fleet: Fleet;
  readonly #pace: Pace;
  readonly #meter: Meter;
  readonly #answers: Array<() => Promise<void>> = [];
  /** The highest revision that it has seen: no later answer may be older. */
  #revision = 0n;
  #tags = 0;

  constructor(name: string, random: Random, { fleet, ledger, pace, meter }: CallerParts) {
    this.name = name;
    this.random = random;
    this.ledger = ledger;
    this.#fleet = fleet;
    this.#pace = pace;
    this.#meter = meter;
  }

  /** Something that no other call writes. */
  tag(): string {
    this.#tags += 1;
    return `${this.name}:${this.#tags}`;
  }

  /** Until it is answered. Errors that Roster means are thrown. */
  async read<T>(method: MethodName, call: (client: SoakClient) => Promise<T>): Promise<T> {
    await this.#pace.turn();
    return this.#untilAnswered(method, "reads", call);
  }

  /**
   * Until it is answered, each attempt with the same request id, so that it happens once. An answer is asked for again at times, and must
   * be the same. Without an answer, nobody knows.
   */
  async mutate<T extends Message>({ method, call, repeatable = "always", ids = [] }: Mutation<T>): Promise<Outcome<T>> {
    await this.#pace.turn();
    if (this.random.chance(REPEAT_LATER)) await this.#answers[this.random.below(this.#answers.length)]?.();
    const requestId = randomUUID();
    const again = (client: SoakClient) => call(client, requestId);
    const outcome = await this.#attempt(method, "writes", again, true);
    if (outcome === undefined) {
      this.ledger.unknown += 1;
      return { requestId, answer: undefined };
    }
    this.ledger.acknowledged += 1;
    if (repeatable !== "never") {
      const first = answerText(method, outcome.answer);
      const repeat = () => this.#repeat(method, requestId, again, first, ids);
      if (this.random.chance(REPEAT)) await repeat();
      if (repeatable === "always") this.#answers.push(repeat);
      if (this.#answers.length > KEPT_ANSWERS) this.#answers.shift();
    }
    return { requestId, answer: outcome.answer };
  }

  /** What answers say about the account may not go back behind what the caller has seen. */
  saw(method: MethodName, revision: bigint): void {
    if (revision < this.#revision) {
      throw new BrokenPromise(
        PROMISES.revision,
        `${this.name}: ${method} answers as of ${revision}, after ${this.#revision}`,
      );
    }
    this.#revision = revision;
  }

  async #repeat(
    method: MethodName,
    requestId: string,
    call: (client: SoakClient) => Promise<Message>,
    first: string,
    ids: readonly string[],
  ): Promise<void> {
    const purged = () => ids.some((id) => this.ledger.record(id).purged);
    this.#meter.repeats += 1;
    try {
      const text = answerText(method, await this.#untilAnswered(method, "writes", call));
      if (text !== first && !purged()) {
        const evidence = [
          `first: ${first}`,
          `then:  ${text}`,
          ...ids.flatMap((id) => this.ledger.historyOf(this.ledger.record(id))),
        ];
        throw new BrokenPromise(PROMISES.requestId, `${method} ${requestId} answers something else`, evidence);
      }
    } catch (error) {
      if (RosterError.from(error).reason === "USER_NOT_FOUND" && purged()) return;
      throw error instanceof BrokenPromise
        ? error
        : new BrokenPromise(PROMISES.requestId, `${method} ${requestId} answers ${error}`, [`first: ${first}`]);
    }
  }

  async #untilAnswered<T>(method: MethodName, kind: Kind, call: (client: SoakClient) => Promise<T>): Promise<T> {
    for (;;) {
      const outcome = await this.#attempt(method, kind, call, false);
      if (outcome !== undefined) return outcome.answer;
    }
  }

  /** Undefined: given up, and nobody knows. */
  async #attempt<T>(
    method: MethodName,
    kind: Kind,
    call: (client: SoakClient) => Promise<T>,
    mayGiveUp: boolean,
  ): Promise<{ readonly answer: T } | undefined> {
    const start = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      const client = await this.#fleet.client(this.random);
      this.#meter.attempts += 1;
      try {
        const answer = await call(client);
        this.#meter.answered(method, kind, performance.now() - start, attempt === 1);
        return { answer };
      } catch (error) {
        this.#meter.failures += 1;
        const verdict = verdictOf(error);
        if (verdict === "refused" || error instanceof BrokenPromise) throw error;
        if (verdict === "defect") throw new BrokenPromise(PROMISES.errors, `${method}: ${text(error)}`);
        if (mayGiveUp && this.random.chance(GIVE_UP)) return undefined;
        if (performance.now() - start > PATIENCE_MS) {
          throw new BrokenPromise(
            PROMISES.recovery,
            `${method} got no answer for ${PATIENCE_MS} ms; the last: ${text(error)}`,
          );
        }
      }
      await setTimeout(PAUSE_MS * Math.min(attempt, 10));
    }
  }
}

function text(error: unknown): string {
  return error instanceof ConnectError ? `${error.message} (${RosterError.from(error).reason})` : String(error);
}
