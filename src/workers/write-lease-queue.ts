import type { TurnFromPrimary, TurnFromWorker } from "./write-lease.ts";

/**
 * How long who has the turn may keep it from others: a worker that is stuck must not stop all. Two that believe they have it do no harm,
 * since the database has its own lock.
 */
const PATIENCE_MS = 2_000;

/** Gives the workers their turns to write, in the order they asked. */
export class WriteLeaseQueue {
  readonly #send: (id: number, message: TurnFromPrimary) => void;
  readonly #waiting: number[] = [];
  #holder: number | undefined;
  #patience: NodeJS.Timeout | undefined;

  constructor(send: (id: number, message: TurnFromPrimary) => void) {
    this.#send = send;
  }

  receive(from: number, message: TurnFromWorker): void {
    if (message.type === "turn-wanted") {
      this.#waiting.push(from);
      if (this.#holder === undefined) {
        this.#next();
      } else if (this.#waiting.length === 1) {
        this.#send(this.#holder, { type: "turn-wanted" });
        this.#wait();
      }
    } else if (from === this.#holder) {
      this.#next();
    }
  }

  leave(id: number): void {
    const place = this.#waiting.indexOf(id);
    if (place !== -1) this.#waiting.splice(place, 1);
    if (id === this.#holder) this.#next();
  }

  #next(): void {
    clearTimeout(this.#patience);
    this.#holder = this.#waiting.shift();
    if (this.#holder !== undefined) {
      const wanted = this.#waiting.length > 0;
      this.#send(this.#holder, { type: "turn", wanted });
      if (wanted) this.#wait();
    }
  }

  #wait(): void {
    this.#patience = setTimeout(() => this.#next(), PATIENCE_MS).unref();
  }
}
