import { setTimeout } from "node:timers/promises";
import type { Kysely } from "kysely";
import { type Outage, RosterError, storeUnavailable } from "../directory/errors.ts";
import type { WriteFailure } from "../directory/store/store.ts";
import type { Footprint } from "../directory/store/survey.ts";
import type { Counter, Histogram } from "../metrics/instruments.ts";
import { Meter } from "../metrics/meter.ts";
import type { Engine } from "./engine.ts";
import type { Queryable, Transaction } from "./query/queryable.ts";
import type { Schema } from "./schema.ts";

/** How often a transaction is tried that fails by a deadlock, say, with pauses of up to 2, 4, 8, … milliseconds. */
const MAX_ATTEMPTS = 10;

/** All ways to ask an engine. If it can't answer, callers are told STORE_UNAVAILABLE and not a driver's error. */
export class Database {
  readonly engine: Engine;
  readonly meter: Meter;
  readonly #writeSeconds: Histogram;
  readonly #retries: Counter;
  #writeFailure: WriteFailure | undefined;
  #isClosed = false;

  constructor(engine: Engine, meter: Meter = new Meter()) {
    this.engine = engine;
    this.meter = meter;
    this.#writeSeconds = meter.histogram("roster_database_write_seconds");
    this.#retries = meter.counter("roster_database_retries_total");
  }

  /** The last one. */
  get writeFailure(): WriteFailure | undefined {
    return this.#writeFailure;
  }

  /** Reads, with statements of which each sees a moment of its own. */
  read<T>(work: (db: Queryable) => Promise<T>): Promise<T> {
    return this.#guarded(() => work(this.engine.reader));
  }

  /** As `read`, for what may have to look at many rows. */
  scan<T>(work: (db: Queryable) => Promise<T>): Promise<T> {
    return this.#guarded(() => work(this.engine.scanner));
  }

  /** Reads by the engine's reader or scanner, in one transaction, which sees one moment. */
  snapshot<T>(by: "reader" | "scanner", work: (db: Transaction) => Promise<T>): Promise<T> {
    const db: Kysely<Schema> = this.engine[by];
    return this.#guarded(() =>
      db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(work),
    );
  }

  /** Writes in one transaction. `work` may run more than once: then what it did before has been rolled back. */
  transaction<T>(work: (db: Transaction) => Promise<T>): Promise<T> {
    return this.#guarded(async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.#measured(work);
        } catch (error) {
          if (!this.engine.isRetryable(error)) {
            throw error;
          }
          if (attempt === MAX_ATTEMPTS) {
            throw storeUnavailable("unwritable", error);
          }
          this.#retries.add();
          await setTimeout(Math.random() * 2 ** attempt);
        }
      }
    });
  }

  async #measured<T>(work: (db: Transaction) => Promise<T>): Promise<T> {
    let begun: number | undefined;
    try {
      return await this.engine.writer.transaction().execute((db) => {
        begun = performance.now();
        return work(db);
      });
    } finally {
      if (begun !== undefined) this.#writeSeconds.observe((performance.now() - begun) / 1000);
    }
  }

  eraseDeletedRows(): Promise<void> {
    return this.#guarded(() => this.engine.eraseDeletedRows());
  }

  footprint(): Promise<Footprint> {
    return this.#guarded(() => this.engine.footprint());
  }

  /** The error as callers are told it. */
  toStoreError(error: unknown): unknown {
    const outage = error instanceof RosterError ? undefined : this.#outageOf(error);
    if (outage === "unwritable") {
      this.#writeFailure = { time: performance.now(), cause: error };
    }
    return outage === undefined ? error : storeUnavailable(outage, error);
  }

  /** A server that has drained does not wait for the last calls: drivers tell them that they are closed, each in its own words. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.engine.close();
  }

  #outageOf(error: unknown): Outage | undefined {
    return this.#isClosed ? "unreachable" : this.engine.outageOf(error);
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    // The scanner would open itself again.
    if (this.#isClosed) throw storeUnavailable("unreachable", new Error("the database has been closed"));
    try {
      return await work();
    } catch (error) {
      throw this.toStoreError(error);
    }
  }
}
