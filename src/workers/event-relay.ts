import type { Exchange, NewsMessage } from "./messages.ts";

type Send = (message: Exchange) => void;

/** News that others have yet to answer. */
interface Outstanding {
  readonly waitingFor: Set<number>;
  readonly done: () => void;
}

/** Passes what a worker tells to all others, and tells it when they have heard. One that ends is not waited for. */
export class Relay {
  readonly #members = new Map<number, Send>();
  readonly #outstanding = new Map<number, Outstanding>();
  #count = 0;

  join(id: number, send: Send): void {
    this.#members.set(id, send);
  }

  leave(id: number): void {
    this.#members.delete(id);
    for (const receipt of this.#outstanding.keys()) this.#heard(id, receipt);
  }

  /** Takes what came from a worker. */
  receive(from: number, message: Exchange): void {
    if (message.type === "heard") {
      this.#heard(from, message.receipt);
    } else {
      this.#pass(from, message);
    }
  }

  #pass(from: number, { receipt, news }: NewsMessage): void {
    const others = [...this.#members].filter(([id]) => id !== from);
    if (receipt === undefined) {
      for (const [, send] of others) send({ type: "news", news });
      return;
    }
    const done = () => this.#members.get(from)?.({ type: "heard", receipt });
    if (others.length === 0) {
      done();
      return;
    }
    this.#count += 1;
    this.#outstanding.set(this.#count, { waitingFor: new Set(others.map(([id]) => id)), done });
    for (const [, send] of others) send({ type: "news", news, receipt: this.#count });
  }

  #heard(from: number, receipt: number): void {
    const outstanding = this.#outstanding.get(receipt);
    if (outstanding?.waitingFor.delete(from) && outstanding.waitingFor.size === 0) {
      this.#outstanding.delete(receipt);
      outstanding.done();
    }
  }
}
