import cluster from "node:cluster";
import { setTimeout } from "node:timers/promises";
import type { Addresses } from "../config/address.ts";
import type { WriteLease } from "../directory/store/write-lease.ts";
import type { Log } from "../log.ts";
import type { Counter } from "../metrics/instruments.ts";
import type { Meter } from "../metrics/meter.ts";
import type { Metric } from "../metrics/metric.ts";
import { DRAINING, STARTING, type UnreadyReason } from "../server/probes.ts";
import { keepRunning } from "./keep-running.ts";
import { MessageRouter } from "./message-router.ts";
import { spawnWorker, type WorkerProcess } from "./worker-process.ts";

/** The first worker could not start, and has said why. */
export class FirstWorkerEnded extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`the first worker ended with exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Workers that take longer than this to end, after the drain timeout, are killed. */
const KILL_DELAY_MS = 5_000;

/** In the primary: keeps a number of workers running until they are drained. */
export class Supervisor {
  readonly #size: number;
  readonly #log: Log;
  readonly #ended: Counter;
  readonly #router = new MessageRouter();
  readonly #workers = new Set<WorkerProcess>();
  readonly #serving = new Set<WorkerProcess>();
  /** One for each worker that is kept running. */
  readonly #running: Array<Promise<void>> = [];
  readonly #draining = new AbortController();

  constructor(size: number, log: Log, meter: Meter) {
    this.#size = size;
    this.#log = log;
    this.#ended = meter.counter("roster_workers_ended_total");
  }

  /** For what the primary itself writes. */
  get writeLease(): WriteLease {
    return this.#router.primaryLease;
  }

  /** Resolves when all have started. Throws a FirstWorkerEnded if not even the first can: then nor could the others. */
  async start(): Promise<Addresses> {
    cluster.schedulingPolicy = cluster.SCHED_RR;
    const first = this.#spawn();
    const addresses = await first.ready;
    if (addresses === undefined) {
      throw new FirstWorkerEnded((await first.ended).code ?? 1);
    }
    const workers = [first, ...Array.from({ length: this.#size - 1 }, () => this.#spawn())];
    const options = { spawn: () => this.#spawn(), log: this.#log, signal: this.#draining.signal };
    this.#running.push(...workers.map((worker) => keepRunning(worker, options)));
    await Promise.all(workers.map(({ ready }) => ready));
    return addresses;
  }

  /** Makes the workers read their files again, as SIGHUP does. */
  reload(): void {
    for (const worker of this.#workers) worker.send({ type: "reload" });
  }

  /** Lets the calls under way end. Resolves when every worker has ended; those that take too long are killed. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining.abort();
    for (const worker of this.#workers) worker.send({ type: "drain" });
    const allEnded = new AbortController();
    void setTimeout(timeoutMs + KILL_DELAY_MS, undefined, { signal: allEnded.signal }).then(
      () => this.kill(),
      () => {},
    );
    await Promise.all(this.#running);
    allEnded.abort();
  }

  /** One set for each worker that answers. */
  metrics(): Promise<Array<readonly Metric[]>> {
    return this.#router.collectMetrics();
  }

  unreadyReason(): UnreadyReason {
    return this.#draining.signal.aborted ? DRAINING : this.#serving.size === 0 ? STARTING : undefined;
  }

  kill(): void {
    for (const worker of this.#workers) worker.kill();
  }

  #spawn(): WorkerProcess {
    const worker = spawnWorker((message) => {
      this.#router.receive(worker, message);
      // Before it joins, a worker may not have received what was sent to all.
      if (message.type === "join" && this.#draining.signal.aborted) worker.send({ type: "drain" });
    });
    this.#workers.add(worker);
    this.#router.add(worker);
    void worker.ready.then((addresses) => {
      if (addresses !== undefined) this.#serving.add(worker);
    });
    void worker.ended.then(() => {
      if (!this.#draining.signal.aborted) this.#ended.add();
      this.#serving.delete(worker);
      this.#workers.delete(worker);
      this.#router.remove(worker);
    });
    return worker;
  }
}
