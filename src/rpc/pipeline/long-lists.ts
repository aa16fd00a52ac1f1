import { RosterError } from "../../directory/errors.ts";
import type { Meter } from "../../metrics/meter.ts";

/** How many more lists of one caller may wait for those that run. */
const MAX_WAITING = 100;

/** Lists that may look at many rows. Each caller has so many under way at a time; its others wait, and nobody else for them. */
export class LongLists {
  readonly #limit: number;
  readonly #callers = new Map<string, { running: number; readonly waiting: Array<() => void> }>();

  constructor(limit: number, meter: Meter) {
    this.#limit = limit;
    meter.show("roster_long_lists", () => this.#counts());
  }

  /** Throws TOO_MANY_LISTS. */
  async run<T>(callerId: string, work: () => Promise<T>): Promise<T> {
    await this.#enter(callerId);
    try {
      return await work();
    } finally {
      this.#leave(callerId);
    }
  }

  async #enter(callerId: string): Promise<void> {
    const caller = this.#callers.get(callerId) ?? { running: 0, waiting: [] };
    this.#callers.set(callerId, caller);
    if (caller.running < this.#limit) {
      caller.running += 1;
      return;
    }
    if (caller.waiting.length >= MAX_WAITING) {
      throw new RosterError("TOO_MANY_LISTS", `this caller has ${MAX_WAITING} long lists waiting`, { retryAfter: 1_000 });
    }
    await new Promise<void>((resolve) => caller.waiting.push(resolve));
  }

  /** Whoever waits first takes the place. */
  #leave(callerId: string): void {
    const caller = this.#callers.get(callerId);
    if (caller === undefined) {
      return;
    }
    const next = caller.waiting.shift();
    if (next !== undefined) {
      next();
    } else {
      caller.running -= 1;
      if (caller.running === 0) this.#callers.delete(callerId);
    }
  }

  #counts() {
    const callers = [...this.#callers.values()];
    return [
      { labels: { state: "running" }, value: callers.reduce((sum, { running }) => sum + running, 0) },
      { labels: { state: "waiting" }, value: callers.reduce((sum, { waiting }) => sum + waiting.length, 0) },
    ];
  }
}
