import { setTimeout } from "node:timers/promises";
import { TRUST_TIME } from "../directory/keys/caller-cache.ts";
import type { CommitEvent, CommitEventBus, CommitSubscriber } from "../directory/store/commit-event.ts";
import type { EventMessage } from "./messages.ts";

/** By then a worker that does not acknowledge trusts nothing that it knew before; and some time to spare. */
const ACKNOWLEDGE_TIMEOUT_MS = TRUST_TIME / 1000 + 100;

/** Events that go in one message. */
interface Batch {
  readonly byAccount: Map<string, CommitEvent>;
  readonly number: number;
  readonly acknowledged: Promise<void>;
}

/** In a worker: the way to and from the stores of the other workers. What is published in one pass of the event loop goes in one message. */
export class WorkerEventBus implements CommitEventBus {
  readonly #send: (message: EventMessage) => void;
  readonly #subscribers: CommitSubscriber[] = [];
  readonly #unacknowledged = new Map<number, () => void>();
  #batch: Batch | undefined;
  #lastNumber = 0;

  constructor(send: (message: EventMessage) => void) {
    this.#send = send;
  }

  async publish(event: CommitEvent): Promise<void> {
    this.#batch ??= this.#openBatch();
    const { byAccount, acknowledged } = this.#batch;
    byAccount.set(event.accountId, merged(byAccount.get(event.accountId), event));
    if (event.accessChanges.length > 0) {
      await withTimeout(acknowledged);
    }
  }

  subscribe(subscriber: CommitSubscriber): void {
    this.#subscribers.push(subscriber);
  }

  /** Takes what the primary sends. */
  receive(message: EventMessage): void {
    if (message.type === "acknowledged") {
      this.#unacknowledged.get(message.acknowledgeBy)?.();
      this.#unacknowledged.delete(message.acknowledgeBy);
      return;
    }
    const { events, acknowledgeBy } = message;
    for (const event of events) {
      for (const subscriber of this.#subscribers) subscriber(event);
    }
    if (acknowledgeBy !== undefined) {
      this.#send({ type: "acknowledged", acknowledgeBy });
    }
  }

  #openBatch(): Batch {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const acknowledged = new Promise<void>((resolve) => this.#unacknowledged.set(number, resolve));
    setImmediate(() => this.#sendBatch());
    return { byAccount: new Map(), number, acknowledged };
  }

  #sendBatch(): void {
    if (this.#batch === undefined) {
      return;
    }
    const { byAccount, number } = this.#batch;
    this.#batch = undefined;
    const events = [...byAccount.values()];
    if (events.some(({ accessChanges }) => accessChanges.length > 0)) {
      this.#send({ type: "commit-events", events, acknowledgeBy: number });
    } else {
      this.#unacknowledged.delete(number);
      this.#send({ type: "commit-events", events });
    }
  }
}

function merged(before: CommitEvent | undefined, event: CommitEvent): CommitEvent {
  return before === undefined
    ? event
    : {
        accountId: event.accountId,
        revision: event.revision ?? before.revision,
        accessChanges: [...new Set([...before.accessChanges, ...event.accessChanges])],
      };
}

/** Does not wait for a worker that is stuck, nor for a primary that has gone. */
async function withTimeout(acknowledged: Promise<void>): Promise<void> {
  const stopped = new AbortController();
  const timeout = setTimeout(ACKNOWLEDGE_TIMEOUT_MS, undefined, { signal: stopped.signal }).catch(() => {});
  await Promise.race([acknowledged, timeout]);
  stopped.abort();
}
