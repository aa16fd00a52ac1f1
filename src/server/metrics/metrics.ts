import type { DescMethod } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
import { type CallMetrics, DURATION_BUCKETS, type MethodMetrics } from "../../rpc/pipeline/call-metrics.ts";

type Labels = Readonly<Record<string, string | number | undefined>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Where it is not that of the metric. */
  readonly metricName?: string;
}

/** Plain data, as prom-client passes metrics from one process to another. */
export interface Metric {
  readonly name: string;
  readonly values: readonly Sample[];
}

/** What one process has measured: its calls, and Node itself, from the first time on that this is asked. Each sample gets the labels. */
export async function measure(callMetrics: CallMetrics, labels: Labels = {}): Promise<Metric[]> {
  const ofNode: readonly Metric[] = await nodeRegistry().getMetricsAsJSON();
  return [...callMetricsOf(callMetrics), ...ofNode].map((metric) => ({
    ...metric,
    values: metric.values.map((sample) => ({ ...sample, labels: { ...labels, ...sample.labels } })),
    // Processes differ in their labels: nothing is really added up, and nothing left out.
    aggregator: "sum",
  }));
}

/** The metrics of several processes as one page, in the text format of Prometheus. */
export function metricsText(processes: ReadonlyArray<readonly Metric[]>): Promise<string> {
  return AggregatorRegistry.aggregate([...processes]).metrics();
}

let ofNode: Registry | undefined;

function nodeRegistry(): Registry {
  if (ofNode === undefined) {
    ofNode = new Registry();
    collectDefaultMetrics({ register: ofNode });
  }
  return ofNode;
}

/** Names, labels and codes are those of gRPC servers in other languages, so that dashboards for them show Roster, too. */
function callMetricsOf({ methods }: CallMetrics): Array<Metric & { help: string; type: string }> {
  const samples = (of: (metrics: MethodMetrics, labels: Labels) => Sample[], kinds = (_: DescMethod) => true) =>
    [...methods].flatMap(([method, metrics]) => (kinds(method) ? of(metrics, labelsOf(method)) : []));
  return [
    { name: "grpc_server_started_total", help: "Calls that began.", type: "counter", values: samples(started) },
    { name: "grpc_server_handled_total", help: "Calls that ended, by code.", type: "counter", values: samples(ended) },
    { name: DURATION, help: "How long calls took, in seconds.", type: "histogram", values: samples(durations) },
    { name: "roster_open_streams", help: "Exports and watches open.", type: "gauge", values: samples(open, isStream) },
  ];
}

const DURATION = "grpc_server_handling_seconds";

function isStream({ methodKind }: DescMethod): boolean {
  return methodKind === "server_streaming";
}

function labelsOf(method: DescMethod): Labels {
  const type = isStream(method) ? "server_stream" : "unary";
  return { grpc_type: type, grpc_service: method.parent.typeName, grpc_method: method.name };
}

function started(metrics: MethodMetrics, labels: Labels): Sample[] {
  return [{ labels, value: metrics.started }];
}

/** OK from the start, other codes once they have come. */
function ended(metrics: MethodMetrics, labels: Labels): Sample[] {
  return metrics.ended.flatMap((value, code) => {
    const grpcCode = code === 0 ? "OK" : (Code[code] ?? String(code));
    return value > 0 || code === 0 ? [{ labels: { ...labels, grpc_code: grpcCode }, value }] : [];
  });
}

function durations(metrics: MethodMetrics, labels: Labels): Sample[] {
  let count = 0;
  const buckets = metrics.durations.map((value, index) => {
    count += value;
    const le = DURATION_BUCKETS[index] ?? "+Inf";
    return { labels: { ...labels, le }, value: count, metricName: `${DURATION}_bucket` };
  });
  return [
    ...buckets,
    { labels, value: metrics.seconds, metricName: `${DURATION}_sum` },
    { labels, value: count, metricName: `${DURATION}_count` },
  ];
}

function open(metrics: MethodMetrics, labels: Labels): Sample[] {
  return [{ labels, value: metrics.started - metrics.ended.reduce((sum, count) => sum + count, 0) }];
}
