import cluster, { type Worker } from "node:cluster";
import type { Addresses } from "../config/address.ts";
import { type FromPrimary, type FromWorker, received } from "./messages.ts";

/** In the primary: a worker that it has spawned. */
export interface WorkerProcess {
  /** 1 or more. */
  readonly id: number;
  /** The addresses it listens on; undefined: it ended before it did. */
  readonly ready: Promise<Addresses | undefined>;
  readonly ended: Promise<WorkerEnd>;
  send(message: FromPrimary): void;
  kill(): void;
}

/** How a worker ended; `err`: it could not even be spawned. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly err?: Error;
}

export function spawnWorker(onMessage: (message: FromWorker) => void): WorkerProcess {
  const worker = cluster.fork();
  const ended = endOf(worker);
  const { promise: ready, resolve } = Promise.withResolvers<Addresses | undefined>();
  void ended.then(() => resolve(undefined));
  worker.on("message", (value) => {
    const message = received<FromWorker>(value);
    if (message.type === "ready") resolve({ http: message.http, grpc: message.grpc });
    else onMessage(message);
  });
  return {
    id: worker.id,
    ready,
    ended,
    send(message) {
      // The callback, because a worker may end while a message is on its way: without one that would be an error event.
      if (worker.isConnected()) worker.process.send(message, () => {});
    },
    kill: () => worker.process.kill("SIGKILL"),
  };
}

function endOf(worker: Worker): Promise<WorkerEnd> {
  return new Promise((resolve) => {
    worker.once("exit", (code, signal) => resolve({ code, signal }));
    worker.on("error", (err) => {
      // A process that could not be spawned does not exit either.
      if (worker.process.pid === undefined) resolve({ code: null, signal: null, err });
    });
  });
}
