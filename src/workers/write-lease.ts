import type { WriteLease } from "../directory/store/write-lease.ts";
import type { LeaseFromPrimary, LeaseFromWorker } from "./messages.ts";

/**
 * One process's side of the write lease; the other is the WriteLeaseQueue in the primary. A lease that is released here stays with this
 * process until another wants it: a worker that writes alone asks once.
 */
export class QueuedWriteLease implements WriteLease {
  readonly #send: (message: LeaseFromWorker) => void;
  #state: "elsewhere" | "requested" | "idle" | "in use" = "elsewhere";
  #wantedByOthers = false;
  #alone = false;
  #resume: (() => void) | undefined;

  constructor(send: (message: LeaseFromWorker) => void) {
    this.#send = send;
  }

  /** Not to be called again before what it returns was. */
  async acquire(): Promise<() => void> {
    if (this.#state === "idle") {
      this.#state = "in use";
    } else if (!this.#alone) {
      await this.#request();
    }
    return () => this.#release();
  }

  /** Takes what the primary sends. */
  receive(message: LeaseFromPrimary): void {
    if (message.type === "lease-granted") {
      this.#state = "in use";
      this.#wantedByOthers = message.wanted;
      this.#resume?.();
    } else {
      this.#wantedByOthers = true;
      this.#passOn();
    }
  }

  /** From here on `acquire` waits for nobody: the primary is gone. */
  stopQueueing(): void {
    this.#alone = true;
    this.#resume?.();
  }

  #request(): Promise<void> {
    this.#state = "requested";
    return new Promise((resolve) => {
      this.#resume = resolve;
      this.#send({ type: "lease-requested" });
    });
  }

  #release(): void {
    if (this.#state === "in use") {
      this.#state = "idle";
      this.#passOn();
    }
  }

  #passOn(): void {
    if (this.#state === "idle" && this.#wantedByOthers) {
      this.#state = "elsewhere";
      this.#wantedByOthers = false;
      this.#send({ type: "lease-released" });
    }
  }
}
