import { setTimeout } from "node:timers/promises";
import { TRUST_TIME } from "../directory/keys/authentication.ts";
import type { News, Peers } from "../directory/store/peers.ts";
import type { Exchange } from "./messages.ts";
import { Turn, type TurnFromWorker } from "./write-lease.ts";

/** How long a worker that does not answer can trust what it remembers, with some to spare. */
const PATIENCE_MS = TRUST_TIME / 1000 + 100;

/** News that is told in one message. */
interface Batch {
  readonly byAccount: Map<string, News>;
  readonly heard: Promise<void>;
  readonly receipt: number;
}

/** The other workers. What is told in one turn of the event loop goes in one message. */
export class WorkerPeers implements Peers {
  readonly turn: Turn;
  readonly #send: (message: Exchange) => void;
  readonly #listeners: Array<(news: News) => void> = [];
  readonly #receipts = new Map<number, () => void>();
  #batch: Batch | undefined;
  #count = 0;

  constructor(send: (message: Exchange | TurnFromWorker) => void) {
    this.#send = send;
    this.turn = new Turn(send);
  }

  async tell(news: News): Promise<void> {
    this.#batch ??= this.#open();
    const { byAccount, heard } = this.#batch;
    byAccount.set(news.accountId, merged(byAccount.get(news.accountId), news));
    if (news.access.length > 0) {
      await withPatience(heard);
    }
  }

  listen(listener: (news: News) => void): void {
    this.#listeners.push(listener);
  }

  takeTurn(): Promise<() => void> {
    return this.turn.take();
  }

  /** Takes what came from the primary. */
  receive(message: Exchange): void {
    if (message.type === "heard") {
      this.#receipts.get(message.receipt)?.();
      this.#receipts.delete(message.receipt);
      return;
    }
    for (const news of message.news) {
      for (const listener of this.#listeners) listener(news);
    }
    if (message.receipt !== undefined) {
      this.#send({ type: "heard", receipt: message.receipt });
    }
  }

  #open(): Batch {
    this.#count += 1;
    const receipt = this.#count;
    const heard = new Promise<void>((resolve) => this.#receipts.set(receipt, resolve));
    setImmediate(() => this.#flush());
    return { byAccount: new Map(), heard, receipt };
  }

  #flush(): void {
    if (this.#batch === undefined) {
      return;
    }
    const { byAccount, receipt } = this.#batch;
    this.#batch = undefined;
    const news = [...byAccount.values()];
    if (news.some(({ access }) => access.length > 0)) {
      this.#send({ type: "news", news, receipt });
    } else {
      this.#receipts.delete(receipt);
      this.#send({ type: "news", news });
    }
  }
}

function merged(before: News | undefined, { accountId, revision, access }: News): News {
  return before === undefined
    ? { accountId, revision, access }
    : { accountId, revision: revision ?? before.revision, access: [...new Set([...before.access, ...access])] };
}

/** Waits, but not for a worker that is stuck or a primary that has gone: by then nothing is trusted that was known before. */
async function withPatience(heard: Promise<void>): Promise<void> {
  const enough = new AbortController();
  const patience = setTimeout(PATIENCE_MS, undefined, { signal: enough.signal }).catch(() => {});
  await Promise.race([heard, patience]);
  enough.abort();
}
