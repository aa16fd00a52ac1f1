import { expect } from "vitest";
import type { MetricName } from "../../src/metrics/definitions.ts";
import type { Meter } from "../../src/metrics/meter.ts";
import type { Labels } from "../../src/metrics/metric.ts";
import type { ServerProcess } from "./process.ts";

/** Settings of a server with a port for metrics. */
export const METRICS = { ROSTER_METRICS_ADDRESS: "127.0.0.1:0" };

/** Where the greeting says that the metrics are. */
export function metricsUrlOf({ output }: Pick<ServerProcess, "output">): string {
  const [, url] = /metrics +(http:\S+)/.exec(output()) ?? [];
  return url ?? expect.fail("the greeting names no metrics");
}

/** The samples, by name and labels as they are written. */
export async function samplesOf(server: Pick<ServerProcess, "output">): Promise<Map<string, number>> {
  const response = await fetch(metricsUrlOf(server));
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}

/** The sum of the samples that have these labels, among others; of a histogram, how many values it has. Undefined: there is none. */
export async function metered(meter: Meter, name: MetricName, labels: Labels = {}): Promise<number | undefined> {
  const metrics = await meter.read();
  const samples = metrics.find((metric) => metric.name === name)?.values ?? [];
  const counted = samples.filter(
    (sample) =>
      (sample.metricName ?? `${name}_count`) === `${name}_count` &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return counted.length === 0 ? undefined : counted.reduce((sum, { value }) => sum + value, 0);
}
