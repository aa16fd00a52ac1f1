export type Labels = Readonly<Record<string, string | number | undefined>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** If it is another than that of the metric. */
  readonly metricName?: string;
}

/** Plain data, as prom-client passes metrics from one process to another. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  /** As prom-client names it. */
  readonly type: unknown;
  readonly values: readonly Sample[];
}

/** What a metric is, whatever its value. */
export interface Definition {
  readonly type: "counter" | "gauge" | "histogram";
  readonly unit: string;
  readonly labels: readonly string[];
  /** A sentence, or the start of one. */
  readonly help: string;
  /** Upper bounds of a histogram. What is above the last is in no bucket. */
  readonly buckets?: readonly number[];
}
