import type { Store } from "../directory/store/store.ts";
import { type Clock, DAY, type Micros } from "../directory/values/clock.ts";
import type { Log } from "../log.ts";

export interface PruningOptions {
  readonly store: Pick<Store, "prune">;
  readonly now: Clock;
  readonly log: Log;
  /** How long the change history reaches back. */
  readonly changeRetention: Micros;
}

const ANSWER_RETENTION = DAY;
const PRUNE_INTERVAL_MS = 60_000;

/** Forgets, once a minute, what is older than it is kept for. Returns what ends that. */
export function startPruning({ store, now, log, changeRetention }: PruningOptions): () => void {
  const prune = async () => {
    const time = now();
    await store
      .prune({ changes: time - changeRetention, answers: time - ANSWER_RETENTION })
      .catch((error: unknown) => log.error({ err: error }, "pruning failed; will be tried again"));
  };
  const timer = setInterval(prune, PRUNE_INTERVAL_MS);
  return () => clearInterval(timer);
}
