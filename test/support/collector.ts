import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";

type Value = string | number | boolean;

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly kind: number;
  /** In microseconds. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly events: ReadonlyArray<{ readonly name: string; readonly attributes: Readonly<Record<string, Value>> }>;
  /** 2: an error. */
  readonly status: number;
  readonly resource: Readonly<Record<string, Value>>;
}

export interface ReceivedPoint {
  readonly metric: string;
  readonly attributes: Readonly<Record<string, Value>>;
  /** Of a histogram, the count. */
  readonly value: number;
  readonly buckets: readonly number[] | undefined;
}

export interface Collector {
  readonly url: string;
  spans(): ReceivedSpan[];
  /** Of the last report of each sender. */
  points(): ReceivedPoint[];
  /** All that came, as it came. */
  requests(): ReadonlyArray<{ readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer }>;
}

/** A collector that takes OTLP over HTTP, and can read what comes in JSON. Ends with the test. */
export async function startCollector(): Promise<Collector> {
  const requests: Array<{ path: string; headers: IncomingHttpHeaders; body: Buffer }> = [];
  const server = createServer(async (request, response) => {
    const sent = await buffer(request);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    requests.push({ path: request.url ?? "", headers: request.headers, body });
    response.writeHead(200, { "content-type": request.headers["content-type"] }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const received = (path: string) =>
    requests
      .filter((request) => request.path === path && request.headers["content-type"] === "application/json")
      .map(({ body }): Json => JSON.parse(body.toString()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => received("/v1/traces").flatMap(({ resourceSpans = [] }) => resourceSpans.flatMap(spansOf)),
    points: () => {
      const reports = received("/v1/metrics").flatMap(({ resourceMetrics = [] }) => resourceMetrics);
      const last = new Map(reports.map((report) => [JSON.stringify(toRecord(report.resource.attributes)), report]));
      return [...last.values()].flatMap(pointsOf);
    },
    requests: () => requests,
  };
}

// The JSON of OTLP. Source: opentelemetry-proto, with the JSON mapping of protobuf.
interface Json {
  readonly resourceSpans?: readonly ResourceSpans[];
  readonly resourceMetrics?: readonly ResourceMetrics[];
}
interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, Value>>;
}
interface ResourceSpans {
  readonly resource: { readonly attributes: readonly KeyValue[] };
  readonly scopeSpans: ReadonlyArray<{ readonly spans: readonly JsonSpan[] }>;
}
interface JsonSpan extends Pick<ReceivedSpan, "name" | "traceId" | "spanId" | "kind" | "parentSpanId"> {
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly events: ReadonlyArray<{ readonly name: string; readonly attributes: readonly KeyValue[] }>;
  readonly status: { readonly code: number };
}
interface ResourceMetrics {
  readonly resource: { readonly attributes: readonly KeyValue[] };
  readonly scopeMetrics: ReadonlyArray<{ readonly metrics: readonly JsonMetric[] }>;
}
interface JsonMetric {
  readonly name: string;
  readonly sum?: { readonly dataPoints: readonly JsonPoint[] };
  readonly gauge?: { readonly dataPoints: readonly JsonPoint[] };
  readonly histogram?: { readonly dataPoints: readonly JsonPoint[] };
}
interface JsonPoint {
  readonly attributes: readonly KeyValue[];
  readonly asDouble?: number;
  readonly asInt?: number;
  readonly count?: number | string;
  readonly bucketCounts?: ReadonlyArray<number | string>;
}

function toRecord(attributes: readonly KeyValue[]): Record<string, Value> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? ""]));
}

function spansOf({ resource, scopeSpans }: ResourceSpans): ReceivedSpan[] {
  return scopeSpans.flatMap(({ spans }) =>
    spans.map(({ startTimeUnixNano, endTimeUnixNano, attributes, events, status, ...span }) => ({
      ...span,
      start: Number(startTimeUnixNano) / 1000,
      end: Number(endTimeUnixNano) / 1000,
      attributes: toRecord(attributes),
      events: events.map((event) => ({ name: event.name, attributes: toRecord(event.attributes) })),
      status: status.code,
      resource: toRecord(resource.attributes),
    })),
  );
}

function pointsOf({ scopeMetrics }: ResourceMetrics): ReceivedPoint[] {
  return scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(
      ({ name, sum, gauge, histogram }) =>
        (sum ?? gauge ?? histogram)?.dataPoints.map((point) => ({
          metric: name,
          attributes: toRecord(point.attributes),
          value: Number(point.asDouble ?? point.asInt ?? point.count),
          buckets: point.bucketCounts?.map(Number),
        })) ?? [],
    ),
  );
}
