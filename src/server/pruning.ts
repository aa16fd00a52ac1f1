import { RosterError } from "../directory/errors.ts";
import { ANSWER_RETENTION } from "../directory/store/answers.ts";
import type { Store } from "../directory/store/store.ts";
import { causeText } from "../directory/values/cause.ts";
import type { Clock, Micros } from "../directory/values/clock.ts";
import type { Log } from "../log.ts";
import type { Meter } from "../metrics/meter.ts";
import { measurePruning } from "./metrics/pruning-metrics.ts";

export interface PruningOptions {
  readonly store: Pick<Store, "prune" | "fillWords">;
  readonly now: Clock;
  readonly log: Log;
  readonly meter: Meter;
  /** How long the change history reaches back. */
  readonly changeRetention: Micros;
  /** How long entries of the audit logs are kept. */
  readonly auditRetention: Micros;
  /** Default: a minute. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 60_000;

/**
 * Forgets, again and again, what is older than it is kept for, and brings searches up to date; logs when that begins to fail and when it works
 * again. Returns what ends it.
 */
export function startPruning(options: PruningOptions): () => void {
  const { store, now, log, meter, changeRetention, auditRetention, intervalMs = INTERVAL_MS } = options;
  const figures = measurePruning(meter, changeRetention);
  let failing = false;
  const prune = async () => {
    const time = now();
    const ended = figures.begin();
    try {
      await store.prune({ changes: time - changeRetention, answers: time - ANSWER_RETENTION, audit: time - auditRetention });
      await store.fillWords();
      if (failing) log.info("pruning works again");
      failing = false;
      ended("succeeded");
    } catch (error) {
      if (!failing) log.error({ cause: causeText(error), err: unforeseen(error) }, "pruning failed; it is tried again");
      failing = true;
      ended("failed");
    }
  };
  const timer = setInterval(prune, intervalMs);
  return () => clearInterval(timer);
}

/** A database that is out of order is no defect: its cause says it all. */
function unforeseen(error: unknown): unknown {
  return error instanceof RosterError ? undefined : error;
}
