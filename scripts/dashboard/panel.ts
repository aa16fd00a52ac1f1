/** What a panel shows: queries by their legends. */
export interface Panel {
  readonly title: string;
  /** Of Grafana: `s`, `bytes`, `short`, `percentunit`, `ops` … */
  readonly unit: string;
  readonly queries: Readonly<Record<string, string>>;
  /** What to read out of it. */
  readonly description?: string;
}

/** The samples of a metric of the servers that are chosen. */
export function of(metric: string, ...matchers: readonly string[]): string {
  return `${metric}{${['job="$job"', 'instance=~"$instance"', ...matchers].join(",")}}`;
}

export function rate(metric: string, ...matchers: readonly string[]): string {
  return `rate(${of(metric, ...matchers)}[$__rate_interval])`;
}

export function quantile(
  share: number,
  metric: string,
  labels: readonly string[] = [],
  ...matchers: readonly string[]
): string {
  const by = ["le", ...labels].join(", ");
  return `histogram_quantile(${share}, sum by (${by}) (${rate(`${metric}_bucket`, ...matchers)}))`;
}

/** Rows of panels by their titles. */
export type Rows = Readonly<Record<string, readonly Panel[]>>;
