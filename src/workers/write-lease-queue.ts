import type { LeaseFromPrimary, LeaseFromWorker } from "./messages.ts";

/**
 * How long one may keep the lease while others wait: a worker that is stuck must not stop all. Two that both believe they have it do no
 * harm, since the database has a lock of its own.
 */
const LEASE_TIMEOUT_MS = 2_000;

/** In the primary: grants the write lease to one process at a time, in the order they asked. */
export class WriteLeaseQueue {
  readonly #send: (id: number, message: LeaseFromPrimary) => void;
  readonly #waiting: number[] = [];
  #holder: number | undefined;
  #timeout: NodeJS.Timeout | undefined;

  constructor(send: (id: number, message: LeaseFromPrimary) => void) {
    this.#send = send;
  }

  receive(from: number, message: LeaseFromWorker): void {
    if (message.type === "lease-requested") {
      this.#waiting.push(from);
      if (this.#holder === undefined) {
        this.#grantNext();
      } else if (this.#waiting.length === 1) {
        this.#send(this.#holder, { type: "lease-wanted" });
        this.#startTimeout();
      }
    } else if (from === this.#holder) {
      this.#grantNext();
    }
  }

  leave(id: number): void {
    const place = this.#waiting.indexOf(id);
    if (place !== -1) this.#waiting.splice(place, 1);
    if (id === this.#holder) this.#grantNext();
  }

  #grantNext(): void {
    clearTimeout(this.#timeout);
    this.#holder = this.#waiting.shift();
    if (this.#holder !== undefined) {
      const wanted = this.#waiting.length > 0;
      this.#send(this.#holder, { type: "lease-granted", wanted });
      if (wanted) this.#startTimeout();
    }
  }

  #startTimeout(): void {
    this.#timeout = setTimeout(() => this.#grantNext(), LEASE_TIMEOUT_MS).unref();
  }
}
