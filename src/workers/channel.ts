import cluster from "node:cluster";
import type { Metric } from "../server/metrics/metrics.ts";
import { type FromPrimary, type FromWorker, received } from "./messages.ts";
import { WorkerPeers } from "./worker-peers.ts";

/** A worker's way to the primary. */
export class Channel {
  readonly peers = new WorkerPeers((message) => this.send(message));
  /** Resolves, with the reason, when this worker shall end in good order: because the primary says so, or has gone. */
  readonly drained: Promise<string>;
  readonly #joined: Promise<void>;
  readonly #measure: () => Promise<readonly Metric[]>;

  /** `measure`: what this worker has measured. */
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
      else if (message.type === "turn" || message.type === "turn-wanted") this.peers.turn.receive(message);
      else if (message.type === "measure") void this.#measured(message.question);
      else this.peers.receive(message);
    });
    cluster.worker?.once("disconnect", () => {
      // Or Node would end this process at once.
      if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
      join();
      this.peers.turn.goAlone();
      drain("the primary has gone");
    });
  }

  /** From here on this worker hears what the others tell. */
  async join(): Promise<void> {
    this.send({ type: "join" });
    await this.#joined;
  }

  async #measured(question: number): Promise<void> {
    this.send({ type: "measured", question, metrics: await this.#measure() });
  }

  send(message: FromWorker): void {
    // What can't be sent is told to nobody, because the primary has gone.
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  }
}
