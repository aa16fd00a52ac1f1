import type { CommitEvents, EventMessage } from "./messages.ts";

type Send = (message: EventMessage) => void;

/** Events that not all workers have acknowledged. */
interface Unacknowledged {
  readonly waitingFor: Set<number>;
  readonly acknowledge: () => void;
}

/**
 * In the primary: passes the commit events of one worker to all others, and acknowledges them when all others have. A worker that ends
 * is not waited for.
 */
export class EventRelay {
  readonly #workers = new Map<number, Send>();
  readonly #unacknowledged = new Map<number, Unacknowledged>();
  #lastNumber = 0;

  join(worker: number, send: Send): void {
    this.#workers.set(worker, send);
  }

  leave(worker: number): void {
    this.#workers.delete(worker);
    for (const number of this.#unacknowledged.keys()) this.#acknowledged(worker, number);
  }

  receive(from: number, message: EventMessage): void {
    if (message.type === "acknowledged") {
      this.#acknowledged(from, message.acknowledgeBy);
    } else {
      this.#pass(from, message);
    }
  }

  #pass(from: number, { events, acknowledgeBy }: CommitEvents): void {
    const others = [...this.#workers].filter(([worker]) => worker !== from);
    if (acknowledgeBy === undefined) {
      for (const [, send] of others) send({ type: "commit-events", events });
      return;
    }
    const acknowledge = () => this.#workers.get(from)?.({ type: "acknowledged", acknowledgeBy });
    if (others.length === 0) {
      acknowledge();
      return;
    }
    this.#lastNumber += 1;
    this.#unacknowledged.set(this.#lastNumber, { waitingFor: new Set(others.map(([worker]) => worker)), acknowledge });
    for (const [, send] of others) send({ type: "commit-events", events, acknowledgeBy: this.#lastNumber });
  }

  #acknowledged(from: number, number: number): void {
    const entry = this.#unacknowledged.get(number);
    if (entry?.waitingFor.delete(from) && entry.waitingFor.size === 0) {
      this.#unacknowledged.delete(number);
      entry.acknowledge();
    }
  }
}
