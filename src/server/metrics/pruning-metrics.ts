import { PRUNED_TABLES } from "../../directory/store/store.ts";
import { type Micros, SECOND } from "../../directory/values/clock.ts";
import type { Meter } from "../../metrics/meter.ts";

export interface PruningFigures {
  /** Returns what is to be called at the end of the run. */
  begin(): (outcome: Outcome) => void;
}

type Outcome = "succeeded" | "failed";

export function measurePruning(meter: Meter, retention: Micros): PruningFigures {
  const runs = (outcome: Outcome) => meter.counter("roster_prune_runs_total", { outcome });
  const counters = { succeeded: runs("succeeded"), failed: runs("failed") };
  for (const table of PRUNED_TABLES) meter.counter("roster_pruned_rows_total", { table });
  let lastSuccess = Date.now();
  let lastMilliseconds = 0;
  meter.show("roster_prune_last_success_timestamp_seconds", () => lastSuccess / 1000);
  meter.show("roster_prune_last_duration_seconds", () => lastMilliseconds / 1000);
  meter.show("roster_history_retention_seconds", () => retention / SECOND);
  return {
    begin() {
      const start = performance.now();
      return (outcome) => {
        counters[outcome].add();
        lastMilliseconds = performance.now() - start;
        if (outcome === "succeeded") lastSuccess = Date.now();
      };
    },
  };
}
