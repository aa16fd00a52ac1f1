import { dirname, extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from "kysely";
import { sqliteDialect } from "./dialect.ts";
import type { ScanAnswer, ScanRequest } from "./scan-thread.ts";

/** Reads the file in a thread of its own, so that this one goes on however long a query takes. Queries wait for each other. */
export function scanDialect(path: string): Dialect {
  return sqliteDialect(() => new ScanDriver(path));
}

/** The thread has died, out of memory perhaps. The next query gets another one. */
export class ScanThreadLost extends Error {}

class ScanDriver implements Driver {
  readonly #connection: ScanConnection;

  constructor(path: string) {
    this.#connection = new ScanConnection(path);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    this.#connection.begin();
  }

  async commitTransaction(): Promise<void> {
    this.#connection.end();
  }

  async rollbackTransaction(): Promise<void> {
    this.#connection.end();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#connection.close();
  }
}

type Results = Extract<ScanAnswer, { rows: unknown }>;

class ScanConnection implements DatabaseConnection {
  readonly #path: string;
  readonly #waiting: PromiseWithResolvers<Results>[] = [];
  #thread: Worker | undefined;
  #snapshotThread: Worker | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  begin(): void {
    this.#snapshotThread = this.#running();
    this.#send(this.#snapshotThread, "begin");
  }

  end(): void {
    if (this.#snapshotThread !== undefined) this.#send(this.#snapshotThread, "end");
    this.#snapshotThread = undefined;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const thread = this.#snapshotThread ?? this.#running();
    if (thread !== this.#thread) {
      throw new ScanThreadLost("the snapshot went with its thread");
    }
    const result = Promise.withResolvers<Results>();
    this.#waiting.push(result);
    thread.ref();
    this.#send(thread, { sql, parameters });
    const { columns, rows } = await result.promise;
    return { rows: rows.map((values) => Object.fromEntries(columns.map((column, place) => [column, values[place]])) as R) };
  }

  streamQuery(): never {
    throw new Error("scans answer at once");
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #send(thread: Worker, request: ScanRequest): void {
    thread.postMessage(request);
  }

  #running(): Worker {
    this.#thread ??= this.#start();
    return this.#thread;
  }

  #start(): Worker {
    const thread = new Worker(THREAD, { workerData: this.#path, name: "scan" });
    // It answers in the order of what it is asked.
    thread.on("message", (answer: ScanAnswer) => {
      const result = this.#waiting.shift();
      if ("error" in answer) {
        result?.reject(new Database.SqliteError(answer.error.message, answer.error.code));
      } else {
        result?.resolve(answer);
      }
      if (this.#waiting.length === 0) thread.unref();
    });
    const onEnd = (cause?: unknown) => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      for (const { reject } of this.#waiting.splice(0)) {
        reject(new ScanThreadLost("the thread that reads the database has ended", { cause }));
      }
    };
    thread.once("error", onEnd);
    thread.once("exit", () => onEnd());
    return thread;
  }
}

/** Beside this file, in the source as in the bundle. */
const THREAD = join(dirname(import.meta.filename), `scan-thread${extname(import.meta.filename)}`);
