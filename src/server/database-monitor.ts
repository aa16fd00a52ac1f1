import { EventEmitter } from "node:events";
import type { Store, WriteFailure } from "../directory/store/store.ts";
import { causeText } from "../directory/values/cause.ts";
import type { Log } from "../log.ts";
import type { Meter } from "../metrics/meter.ts";

/** What is known of the database at the moment. */
export class DatabaseStatus {
  reachable = true;
  writable = true;
}

export interface DatabaseMonitor {
  readonly status: Readonly<DatabaseStatus>;
  /** Asks the database now whether it answers. */
  check(): Promise<void>;
  /** Emits `change` when it begins or ceases to be reachable. */
  readonly changes: EventEmitter;
  stop(): void;
}

const INTERVAL_MS = 1_000;
/** No write may have failed for so long before the database counts as writable again: where room is short, small writes still succeed. */
const QUIET_MS = 5_000;

/** Keeps the status up to date: asks once a second, and hears of writes that fail. The log has a line when it changes, none per call. */
export function monitorDatabase(
  store: Pick<Store, "ping" | "tryWrite" | "writeFailure">,
  log: Log,
  meter: Meter,
): DatabaseMonitor {
  const status = new DatabaseStatus();
  meter.show("roster_database_reachable", () => Number(status.reachable));
  meter.show("roster_database_writable", () => Number(status.reachable && status.writable));
  const changes = new EventEmitter().setMaxListeners(0);
  let known: WriteFailure | undefined;

  async function checkReachable(): Promise<void> {
    const problem = await problemOf(store.ping());
    const reachable = problem === undefined;
    if (reachable === status.reachable) return;
    status.reachable = reachable;
    if (reachable) log.info("the database answers again");
    else log.error({ cause: causeText(problem) }, "the database does not answer");
    changes.emit("change");
  }

  async function checkWritable(): Promise<void> {
    const failure = store.writeFailure;
    if (failure === undefined || (status.writable && failure === known)) return;
    known = failure;
    if (status.writable) {
      status.writable = false;
      log.error({ cause: causeText(failure.cause) }, "the database can't be written; reads go on");
    } else if (performance.now() - failure.time > QUIET_MS && (await problemOf(store.tryWrite())) === undefined) {
      status.writable = true;
      log.info("the database can be written again");
    }
  }

  const timers = [checkReachable, checkWritable].map((check) => setInterval(oneAtATime(check), INTERVAL_MS));
  return {
    status,
    changes,
    check: checkReachable,
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** Leaves out what would begin before the last one has ended. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running = false;
  return async () => {
    if (running) return;
    running = true;
    await work();
    running = false;
  };
}

/** Undefined if it succeeds. */
function problemOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => undefined,
    (error: unknown) => error ?? new Error("no reason"),
  );
}
