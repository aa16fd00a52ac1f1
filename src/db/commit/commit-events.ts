import type { CommitEvent, CommitEventBus, CommitSubscriber } from "../../directory/store/commit-event.ts";

/** Brings commit events to the subscribers of this process and, by the bus, to the other processes of the server. */
export class CommitEvents {
  readonly #bus: CommitEventBus | undefined;
  readonly #subscribers: CommitSubscriber[] = [];

  constructor(bus: CommitEventBus | undefined) {
    this.#bus = bus;
    bus?.subscribe((event) => this.#deliver(event));
  }

  subscribe(subscriber: CommitSubscriber): void {
    this.#subscribers.push(subscriber);
  }

  /** What has changed neither users nor access is no event. */
  async publish(event: CommitEvent): Promise<void> {
    if (event.revision !== null || event.accessChanges.length > 0) {
      this.#deliver(event);
      await this.#bus?.publish(event);
    }
  }

  #deliver(event: CommitEvent): void {
    for (const subscriber of this.#subscribers) subscriber(event);
  }
}
