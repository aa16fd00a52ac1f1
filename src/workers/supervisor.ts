import cluster, { type Worker } from "node:cluster";
import { setTimeout } from "node:timers/promises";
import type { Addresses } from "../config.ts";
import type { WriteLease } from "../directory/store/write-lease.ts";
import type { Log } from "../log.ts";
import type { Metric } from "../server/metrics/metrics.ts";
import { EventRelay } from "./event-relay.ts";
import { type FromPrimary, type FromWorker, received } from "./messages.ts";
import { MetricsCollector } from "./metrics-collector.ts";
import { QueuedWriteLease } from "./write-lease.ts";
import { WriteLeaseQueue } from "./write-lease-queue.ts";

/** The first worker could not start, and has said why. */
export class FirstWorkerEnded extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`the first worker ended with exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** How a worker ended. */
interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly err?: Error;
}

interface Hired {
  readonly worker: Worker;
  /** Where it listens; undefined: it ended before it did. */
  readonly ready: Promise<Addresses | undefined>;
  readonly ended: Promise<End>;
}

/** Of workers, the numbers begin with 1. */
const PRIMARY = 0;
/** A worker that served for less is replaced after a pause, each longer than the last. */
const STEADY_MS = 10_000;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
/** What workers may take beyond the drain timeout to end. */
const GRACE_MS = 5_000;

/** The workers of a server: so many at any time, until they are drained. */
export class Supervisor {
  readonly #size: number;
  readonly #log: Log;
  readonly #relay = new EventRelay();
  readonly #workers = new Map<number, Worker>();
  readonly #leases = new WriteLeaseQueue((id, message) => {
    if (id === PRIMARY) this.#ownLease.receive(message);
    else send(this.#workers.get(id), message);
  });
  readonly #ownLease = new QueuedWriteLease((message) => this.#leases.receive(PRIMARY, message));
  readonly #metrics = new MetricsCollector();
  readonly #places: Array<Promise<void>> = [];
  readonly #draining = new AbortController();

  constructor(size: number, log: Log) {
    this.#size = size;
    this.#log = log;
  }

  /** Of this process, among those of the workers. */
  get writeLease(): WriteLease {
    return this.#ownLease;
  }

  /** Resolves when all have started. Throws a FirstWorkerEnded if not even the first can: then nor could the others. */
  async start(): Promise<Addresses> {
    cluster.schedulingPolicy = cluster.SCHED_RR;
    const first = this.#hire();
    const addresses = await first.ready;
    if (addresses === undefined) {
      throw new FirstWorkerEnded((await first.ended).code ?? 1);
    }
    const all = [first, ...Array.from({ length: this.#size - 1 }, () => this.#hire())];
    this.#places.push(...all.map((hired) => this.#keepFilled(hired)));
    await Promise.all(all.map(({ ready }) => ready));
    return addresses;
  }

  /** Lets the calls under way end, and resolves when every worker has gone, by force some seconds after the timeout. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining.abort();
    for (const worker of this.#workers.values()) send(worker, { type: "drain" });
    const force = new AbortController();
    void setTimeout(timeoutMs + GRACE_MS, undefined, force).then(
      () => this.kill(),
      () => {},
    );
    await Promise.all(this.#places);
    force.abort();
  }

  /** What each worker has measured. */
  metrics(): Promise<Array<readonly Metric[]>> {
    return this.#metrics.collect([...this.#workers.values()].map((worker) => (message) => send(worker, message)));
  }

  kill(): void {
    for (const worker of this.#workers.values()) worker.process.kill("SIGKILL");
  }

  async #keepFilled(first: Hired): Promise<void> {
    let pause = 0;
    for (let hired = first; ; hired = this.#hire()) {
      const steady = await servedLong(hired);
      if (this.#draining.signal.aborted) return;
      pause = steady ? 0 : Math.min(Math.max(pause * 2, MIN_PAUSE_MS), MAX_PAUSE_MS);
      const { worker, ended } = hired;
      this.#log.error({ worker: worker.id, ...(await ended), pause }, "a worker has ended; another takes its place");
      await setTimeout(pause, undefined, { signal: this.#draining.signal }).catch(() => {});
      if (this.#draining.signal.aborted) return;
    }
  }

  #hire(): Hired {
    const worker = cluster.fork();
    this.#workers.set(worker.id, worker);
    const ended = endOf(worker).finally(() => {
      this.#workers.delete(worker.id);
      this.#relay.leave(worker.id);
      this.#leases.leave(worker.id);
    });
    const ready = new Promise<Addresses | undefined>((resolve) => {
      void ended.then(() => resolve(undefined));
      worker.on("message", (value) => {
        const message = received<FromWorker>(value);
        if (message.type === "join") this.#welcome(worker);
        else if (message.type === "ready") resolve({ http: message.http, grpc: message.grpc });
        else if (message.type === "lease-requested" || message.type === "lease-released")
          this.#leases.receive(worker.id, message);
        else if (message.type === "metrics") this.#metrics.receive(message);
        else this.#relay.receive(worker.id, message);
      });
    });
    return { worker, ready, ended };
  }

  #welcome(worker: Worker): void {
    this.#relay.join(worker.id, (message) => send(worker, message));
    send(worker, { type: "joined" });
    if (this.#draining.signal.aborted) send(worker, { type: "drain" });
  }
}

/** Waits for the end. */
async function servedLong({ ready, ended }: Hired): Promise<boolean> {
  const served = await ready;
  const start = performance.now();
  await ended;
  return served !== undefined && performance.now() - start > STEADY_MS;
}

function send(worker: Worker | undefined, message: FromPrimary): void {
  // One that has gone hears nothing.
  if (worker?.isConnected()) worker.process.send(message, () => {});
}

function endOf(worker: Worker): Promise<End> {
  return new Promise((resolve) => {
    worker.once("exit", (code, signal) => resolve({ code, signal }));
    worker.on("error", (err) => {
      // Without a process there is none to exit.
      if (worker.process.pid === undefined) resolve({ code: null, signal: null, err });
    });
  });
}
