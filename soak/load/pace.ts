import { setTimeout } from "node:timers/promises";

/** What was missed by more than this is not made up for. */
const BURST_MS = 50;

/** Lets so many calls begin in a second, all callers together. */
export class Pace {
  /** Infinity: as many as callers make. */
  perSecond = Number.POSITIVE_INFINITY;
  #next = 0;

  async turn(): Promise<void> {
    const now = performance.now();
    this.#next = Math.max(this.#next + 1000 / this.perSecond, now - BURST_MS);
    if (this.#next > now) await setTimeout(this.#next - now);
  }
}

/** What callers pass before each piece of work. While it is closed and nobody is behind it, the ledger knows all there is. */
export class Gate {
  #inside = 0;
  #closed: Promise<void> | undefined;
  #open: () => void = () => {};
  #left: () => void = () => {};

  async pass(work: () => Promise<void>): Promise<void> {
    while (this.#closed !== undefined) await this.#closed;
    this.#inside += 1;
    try {
      await work();
    } finally {
      this.#inside -= 1;
      this.#left();
    }
  }

  /** Resolves when everybody is out. */
  async close(): Promise<void> {
    this.#closed = new Promise((resolve) => {
      this.#open = resolve;
    });
    while (this.#inside > 0) {
      await new Promise<void>((resolve) => {
        this.#left = resolve;
      });
    }
  }

  open(): void {
    this.#closed = undefined;
    this.#open();
  }
}
