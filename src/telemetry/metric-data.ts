import { type HrTime, ValueType } from "@opentelemetry/api";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
} from "@opentelemetry/sdk-metrics";
import type { Metric, Sample } from "../metrics/metric.ts";

/** From when on counters count, and now. */
export interface Period {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/** Metrics of Prometheus as those of OpenTelemetry, under the same names. */
export function toMetricData(metrics: readonly Metric[], period: Period): MetricData[] {
  const byName = Map.groupBy(metrics, ({ name }) => name);
  return [...byName.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined
      ? []
      : [
          toOne(
            first,
            same.flatMap(({ values }) => values),
            period,
          ),
        ];
  });
}

function toOne({ name, help, type }: Metric, samples: readonly Sample[], period: Period): MetricData {
  const common = {
    descriptor: { name, description: help, unit: "", valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (type === "histogram") {
    return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: toHistograms(name, samples, period) };
  }
  const dataPoints = samples.map(({ labels, value }) => ({ ...period, attributes: attributesOf(labels), value }));
  return type === "counter"
    ? { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
}

function attributesOf({ le: _, ...labels }: Sample["labels"]): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}

/** The samples of one histogram are a count for each bound, of all that is below it, and their sum. */
function toHistograms(name: string, samples: readonly Sample[], period: Period): Array<DataPoint<Histogram>> {
  const byLabels = Map.groupBy(samples, ({ labels }) => JSON.stringify(attributesOf(labels)));
  return [...byLabels.values()].map((same) => {
    const partOf = (part: string) => same.find(({ metricName }) => metricName === `${name}_${part}`)?.value ?? 0;
    const buckets = same
      .filter(({ metricName }) => metricName === `${name}_bucket`)
      .map(({ labels, value }) => ({ bound: labels["le"] === "+Inf" ? Infinity : Number(labels["le"]), value }))
      .toSorted((a, b) => a.bound - b.bound);
    return {
      ...period,
      attributes: attributesOf(same[0]?.labels ?? {}),
      value: {
        buckets: {
          boundaries: buckets.map(({ bound }) => bound).filter(Number.isFinite),
          counts: buckets.map(({ value }, index) => value - (buckets[index - 1]?.value ?? 0)),
        },
        sum: partOf("sum"),
        count: partOf("count"),
      },
    };
  });
}
