import type { DescMethod } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
import { type CallMetrics, DURATION_BUCKETS, type MethodMetrics } from "../../rpc/pipeline/call-metrics.ts";
import type { DatabaseStatus } from "../database-monitor.ts";

type Labels = Readonly<Record<string, string | number | undefined>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** If it is another than that of the metric. */
  readonly metricName?: string;
}

/** Plain data, as prom-client passes metrics from one process to another. */
export interface Metric {
  readonly name: string;
  readonly values: readonly Sample[];
}

/** What a server keeps up to date about itself. */
export interface Measurements {
  readonly callMetrics: CallMetrics;
  readonly databaseStatus: DatabaseStatus;
}

/** The metrics of this process: its calls, its database, and Node's own, which are collected from the first call of this on. Each sample gets the labels. */
export async function measure({ callMetrics, databaseStatus }: Measurements, labels: Labels = {}): Promise<Metric[]> {
  const ofNode: readonly Metric[] = await nodeRegistry().getMetricsAsJSON();
  return [...callMetricsOf(callMetrics), ...databaseMetricsOf(databaseStatus), ...ofNode].map((metric) => ({
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
    metrics.some(({ name, values }) => name === REACHABLE && values.some(({ value }) => value === 1)),
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

interface DescribedMetric extends Metric {
  readonly help: string;
  readonly type: string;
}

/** Names, labels and codes are those of gRPC servers in other languages, so that dashboards for them show Roster, too. */
function callMetricsOf({ methods }: CallMetrics): DescribedMetric[] {
  const samples = (of: (metrics: MethodMetrics, labels: Labels) => Sample[], kinds = (_: DescMethod) => true) =>
    [...methods].flatMap(([method, metrics]) => (kinds(method) ? of(metrics, labelsOf(method)) : []));
  return [
    { name: "grpc_server_started_total", help: "Calls that began.", type: "counter", values: samples(started) },
    { name: "grpc_server_handled_total", help: "Calls that ended, by code.", type: "counter", values: samples(ended) },
    { name: DURATION, help: "How long calls took, in seconds.", type: "histogram", values: samples(durations) },
    { name: "roster_open_streams", help: "Exports and watches open.", type: "gauge", values: samples(open, isStream) },
  ];
}

function databaseMetricsOf({ reachable, writable }: DatabaseStatus): DescribedMetric[] {
  const gauge = (name: string, help: string, value: boolean) => ({
    name,
    help,
    type: "gauge",
    values: [{ labels: {}, value: Number(value) }],
  });
  return [
    gauge(REACHABLE, "Whether the database answers.", reachable),
    gauge("roster_database_writable", "Whether the database answers and takes writes.", reachable && writable),
  ];
}

const REACHABLE = "roster_database_reachable";
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
