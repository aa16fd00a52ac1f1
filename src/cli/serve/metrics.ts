import type { Config } from "../../config/load.ts";
import type { Log } from "../../log.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { MetricsPort } from "../../server/metrics/port.ts";
import type { Readiness } from "../../server/probes.ts";
import { explainListenError } from "./listen.ts";

/** Opens the metrics port, if one is configured. Throws a CommandError if it can't listen there. */
export async function exposeMetrics(
  { metricsAddress }: Pick<Config, "metricsAddress">,
  read: () => Promise<ReadonlyArray<readonly Metric[]>>,
  readiness: Readiness,
  log: Log,
): Promise<MetricsPort | undefined> {
  if (metricsAddress === undefined) {
    return undefined;
  }
  const { metricsText } = await import("../../server/metrics/metrics.ts");
  const { openMetricsPort } = await import("../../server/metrics/port.ts");
  const text = async () => metricsText(await read());
  return openMetricsPort(metricsAddress, text, readiness, log).catch((error: unknown) => {
    throw explainListenError(error);
  });
}
