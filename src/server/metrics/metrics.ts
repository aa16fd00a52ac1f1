import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
import type { Meter } from "../../metrics/meter.ts";
import type { Labels, Metric } from "../../metrics/metric.ts";

/** The metrics of this process: what its meter has, and Node's own, which are collected from the first call of this on. Each sample gets the labels. */
export async function measure(meter: Meter, labels: Labels = {}): Promise<Metric[]> {
  const ofNode: Metric[] = await nodeRegistry().getMetricsAsJSON();
  return [...(await meter.read()), ...ofNode].map((metric) => ({
    ...metric,
    values: metric.values.map((sample) => ({ ...sample, labels: { ...labels, ...sample.labels } })),
    // Required by `aggregate`. Samples of different processes have different labels, so nothing is added up.
    aggregator: "sum",
  }));
}

/** The metrics of several processes as one page, in the text format of Prometheus. */
export function metricsText(processes: ReadonlyArray<readonly Metric[]>): Promise<string> {
  return AggregatorRegistry.aggregate([...processes]).metrics();
}

/** Whether one of the processes does. */
export function reachesDatabase(processes: ReadonlyArray<readonly Metric[]>): boolean {
  return processes.some((metrics) =>
    metrics.some(({ name, values }) => name === "roster_database_reachable" && values.some(({ value }) => value === 1)),
  );
}

let ofNode: Registry | undefined;

function nodeRegistry(): Registry {
  if (ofNode === undefined) {
    ofNode = new Registry();
    collectDefaultMetrics({ register: ofNode });
  }
  return ofNode;
}
