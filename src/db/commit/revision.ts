import type { Clock, Micros } from "../../directory/values/clock.ts";

/** What a change is recorded under. */
export interface ChangeStamp {
  readonly revision: number;
  readonly ordinal: number;
  readonly time: Micros;
}

/** Counts the changes of one transaction. All of them share a revision, one above the account's, and a commit time. */
export class Revision {
  readonly #base: number;
  readonly time: Micros;
  #changes = 0;

  constructor(base: number, clock: Clock) {
    this.#base = base;
    this.time = clock();
  }

  next(): ChangeStamp {
    const ordinal = this.#changes;
    this.#changes += 1;
    return { revision: this.current, ordinal, time: this.time };
  }

  get changed(): boolean {
    return this.#changes > 0;
  }

  /** The account's revision once the transaction has committed. */
  get current(): number {
    return this.changed ? this.#base + 1 : this.#base;
  }
}
