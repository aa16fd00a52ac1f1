import type { HrTime } from "@opentelemetry/api";
import { emptyResource } from "@opentelemetry/resources";
import {
  ConsoleMetricExporter,
  type IMetricReader,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { VERSION } from "../version.ts";
import { toMetricData } from "./metric-data.ts";
import type { ReadMetrics } from "./telemetry.ts";

const INTERVAL_MS = 60_000;
const TIMEOUT_MS = 30_000;

/** Sends the metrics at intervals, as the environment says: by which exporters, how often. */
export async function createMetricReaders(read: ReadMetrics, env: NodeJS.ProcessEnv): Promise<IMetricReader[]> {
  const interval = positive(env["OTEL_METRIC_EXPORT_INTERVAL"]) ?? INTERVAL_MS;
  const options = {
    exportIntervalMillis: interval,
    exportTimeoutMillis: Math.min(interval, positive(env["OTEL_METRIC_EXPORT_TIMEOUT"]) ?? TIMEOUT_MS),
    metricProducers: [producerOf(read)],
  };
  const names = new Set((env["OTEL_METRICS_EXPORTER"] || "otlp").split(",").map((name) => name.trim()));
  const exporters = await Promise.all([...names].map((name) => createExporter(name, env)));
  return exporters.map((exporter) => new PeriodicExportingMetricReader({ ...options, exporter }));
}

function positive(text: string | undefined): number | undefined {
  return Number(text) > 0 ? Number(text) : undefined;
}

async function createExporter(name: string, env: NodeJS.ProcessEnv): Promise<PushMetricExporter> {
  if (name === "console") {
    return new ConsoleMetricExporter();
  }
  const protocol = env["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"] || env["OTEL_EXPORTER_OTLP_PROTOCOL"];
  switch (protocol?.trim()) {
    case "grpc":
      return new (await import("@opentelemetry/exporter-metrics-otlp-grpc")).OTLPMetricExporter();
    case "http/json":
      return new (await import("@opentelemetry/exporter-metrics-otlp-http")).OTLPMetricExporter();
    default:
      return new (await import("@opentelemetry/exporter-metrics-otlp-proto")).OTLPMetricExporter();
  }
}

/** What the server counts anyway, for the metrics port: there is no second set of instruments. */
function producerOf(read: ReadMetrics): MetricProducer {
  const startTime = toHrTime(Date.now() - process.uptime() * 1000);
  return {
    async collect() {
      const metrics = toMetricData((await read()).flat(), { startTime, endTime: toHrTime(Date.now()) });
      const scopeMetrics = [{ scope: { name: "roster", version: VERSION }, metrics }];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}

function toHrTime(milliseconds: number): HrTime {
  return [Math.trunc(milliseconds / 1000), Math.trunc((milliseconds % 1000) * 1_000_000)];
}
