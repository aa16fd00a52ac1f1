import { Worker } from "node:worker_threads";

export interface HonestOptions {
  readonly http: string;
  readonly grpc: string;
  readonly secret: string;
  readonly userId: string;
  /** Between two calls of a kind. */
  readonly pauseMs: number;
}

export interface Call {
  readonly milliseconds: number;
  readonly error: string | undefined;
}

/** A client that does what a client should, on both ports, at a steady pace. */
export class HonestClient {
  readonly #worker: Worker;
  #calls: Call[] = [];

  constructor(options: HonestOptions) {
    this.#worker = new Worker(new URL("./honest-thread.ts", import.meta.url), { workerData: options });
    this.#worker.on("message", (call: Call) => this.#calls.push(call));
  }

  /** The calls that have ended since this was last asked. */
  take(): Call[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
