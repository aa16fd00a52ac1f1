import { performance } from "node:perf_hooks";
import { Meter } from "../../metrics/meter.ts";

/** A meter that shows what this process is busy with. */
export function createMeter(): Meter {
  const meter = new Meter();
  meter.show("roster_event_loop_active_seconds_total", () => performance.eventLoopUtilization().active / 1000);
  return meter;
}
