import { TokenBuckets } from "../directory/limits/rate-limiter.ts";
import type { WriteLease } from "../directory/store/write-lease.ts";
import type { Metric } from "../metrics/metric.ts";
import { EventRelay } from "./event-relay.ts";
import type { FromWorker, TokensGranted, TokensRequested } from "./messages.ts";
import { MetricsCollector } from "./metrics-collector.ts";
import type { WorkerProcess } from "./worker-process.ts";
import { QueuedWriteLease } from "./write-lease.ts";
import { WriteLeaseQueue } from "./write-lease-queue.ts";

/** The primary's own place in the queue for the write lease; those of the workers are their ids. */
const PRIMARY = 0;

/** In the primary: takes each message of a worker to the part that it is for. */
export class MessageRouter {
  readonly #workers = new Map<number, WorkerProcess>();
  readonly #events = new EventRelay();
  readonly #metrics = new MetricsCollector();
  readonly #buckets = new TokenBuckets();
  readonly #leaseQueue = new WriteLeaseQueue((id, message) => {
    if (id === PRIMARY) this.#primaryLease.receive(message);
    else this.#workers.get(id)?.send(message);
  });
  readonly #primaryLease = new QueuedWriteLease((message) => this.#leaseQueue.receive(PRIMARY, message));

  /** For what the primary itself writes. */
  get primaryLease(): WriteLease {
    return this.#primaryLease;
  }

  add(worker: WorkerProcess): void {
    this.#workers.set(worker.id, worker);
  }

  remove({ id }: WorkerProcess): void {
    this.#workers.delete(id);
    this.#events.leave(id);
    this.#leaseQueue.leave(id);
  }

  receive(worker: WorkerProcess, message: FromWorker): void {
    switch (message.type) {
      case "join":
        this.#events.join(worker.id, worker.send);
        worker.send({ type: "joined" });
        break;
      case "lease-requested":
      case "lease-released":
        this.#leaseQueue.receive(worker.id, message);
        break;
      case "tokens-requested":
        worker.send(this.#grantTokens(message));
        break;
      case "commit-events":
      case "acknowledged":
        this.#events.receive(worker.id, message);
        break;
      case "metrics":
        this.#metrics.receive(message);
        break;
    }
  }

  #grantTokens({ request, name, limit, wanted }: TokensRequested): TokensGranted {
    const tokens = this.#buckets.takeUpTo(name, limit, wanted);
    const retryAfterMs = ((wanted - tokens) / limit.perSecond) * 1_000;
    return { type: "tokens-granted", request, tokens, retryAfterMs };
  }

  /** One set for each worker that answers. */
  collectMetrics(): Promise<Array<readonly Metric[]>> {
    return this.#metrics.collect([...this.#workers.values()].map(({ send }) => send));
  }
}
