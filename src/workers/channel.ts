import cluster from "node:cluster";
import type { Metric } from "../metrics/metric.ts";
import { type FromPrimary, type FromWorker, received } from "./messages.ts";
import { SharedRateLimiter } from "./shared-rate-limiter.ts";
import { WorkerEventBus } from "./worker-event-bus.ts";
import { QueuedWriteLease } from "./write-lease.ts";

/** In a worker: its connection to the primary. */
export class Channel {
  readonly eventBus = new WorkerEventBus((message) => this.send(message));
  readonly writeLease = new QueuedWriteLease((message) => this.send(message));
  readonly rateLimiter = new SharedRateLimiter((message) => this.send(message));
  /** Resolves, with the reason, when this worker must drain: the primary says so, or has gone. */
  readonly drained: Promise<string>;
  readonly #joined: Promise<void>;
  readonly #measure: () => Promise<readonly Metric[]>;

  constructor(measure: () => Promise<readonly Metric[]>) {
    this.#measure = measure;
    const { promise: drained, resolve: drain } = Promise.withResolvers<string>();
    const { promise: joined, resolve: join } = Promise.withResolvers<void>();
    this.drained = drained;
    this.#joined = joined;
    process.on("message", (value) => {
      const message = received<FromPrimary>(value);
      if (message.type === "joined") join();
      else if (message.type === "drain") drain("the primary says so");
      // Only what listens: the signal itself would end a worker that does not yet, and that has yet to read its files anyway.
      else if (message.type === "reload") process.emit("SIGHUP");
      else if (message.type === "lease-granted" || message.type === "lease-wanted") this.writeLease.receive(message);
      else if (message.type === "tokens-granted") this.rateLimiter.receive(message);
      else if (message.type === "metrics-requested") void this.#sendMetrics(message.request);
      else this.eventBus.receive(message);
    });
    cluster.worker?.once("disconnect", () => {
      // Or Node would end this process at once.
      if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
      join();
      this.writeLease.stopQueueing();
      drain("the primary has gone");
    });
    // Node's own answer to a primary that has just gone fails. It would end this process, and no "disconnect" follows by itself.
    cluster.worker?.on("error", () => {
      if (process.connected) process.disconnect();
    });
  }

  /** From here on this worker receives the commit events of the others. */
  async join(): Promise<void> {
    this.send({ type: "join" });
    await this.#joined;
  }

  async #sendMetrics(request: number): Promise<void> {
    this.send({ type: "metrics", request, metrics: await this.#measure() });
  }

  send(message: FromWorker): void {
    // Without a primary there is nobody to send it to.
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  }
}
