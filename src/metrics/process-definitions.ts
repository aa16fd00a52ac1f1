import type { Definition } from "./metric.ts";

/** Of the process, beside those that prom-client has. */
export const PROCESS_DEFINITIONS = {
  roster_build_info: { type: "gauge", unit: "1", labels: ["version", "engine"], help: "what runs" },
  roster_event_loop_active_seconds_total: {
    type: "counter",
    unit: "seconds",
    labels: [],
    help: "time in which the event loop was at work; its rate is 1 where calls wait for the processor",
  },
} as const satisfies Record<string, Definition>;
