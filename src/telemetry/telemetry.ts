import type { Metric } from "../metrics/metric.ts";
import type { Tracer } from "../tracing/span.ts";

/** What this process tells a collector. */
export interface Telemetry {
  /** Undefined: no traces are wanted. */
  readonly tracer: Tracer | undefined;
  /** Sends what has not been sent. */
  stop(): Promise<void>;
}

/** One list for each process of the server. */
export type ReadMetrics = () => Promise<ReadonlyArray<readonly Metric[]>>;

/** What is sent. */
export interface Signals {
  readonly traces: boolean;
  /** Undefined: no metrics. */
  readonly readMetrics: ReadMetrics | undefined;
}
