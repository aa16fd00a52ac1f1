import { request as http1Request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { connect } from "node:http2";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { endStreamFlag, endStreamFromJson, errorFromJsonBytes } from "@connectrpc/connect/protocol-connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerParse } from "@connectrpc/connect/protocol-grpc-web";
import { grpcPortOf } from "../support/clients.ts";

/** The protocols, each over one version of HTTP, for calls as bytes that no client would send. */
const WIRES = {
  "Connect, JSON": { http: 1, unary: "application/json", stream: "application/connect+json", timeout: "connect-timeout-ms" },
  "Connect, binary": {
    http: 1,
    unary: "application/proto",
    stream: "application/connect+proto",
    timeout: "connect-timeout-ms",
  },
  "gRPC, HTTP/2": { http: 2, unary: "application/grpc+proto", stream: "application/grpc+proto", timeout: "grpc-timeout" },
  "gRPC, its own port": { http: 2, unary: "application/grpc", stream: "application/grpc", timeout: "grpc-timeout" },
  "gRPC, HTTP/1.1": { http: 1, unary: "application/grpc", stream: "application/grpc", timeout: "grpc-timeout" },
  "gRPC-Web": { http: 1, unary: "application/grpc-web", stream: "application/grpc-web+proto", timeout: "grpc-timeout" },
} as const;

export type WireName = keyof typeof WIRES;
export const WIRE_NAMES = Object.keys(WIRES) as WireName[];
export const BINARY_WIRES = WIRE_NAMES.filter((wire) => wire !== "Connect, JSON");
/** Those that take JSON. */
export const JSON_WIRES: readonly WireName[] = WIRE_NAMES.filter((wire) => wire !== "gRPC, its own port");

export interface RawRequest {
  /** `UserService/GetUser`; a leading slash makes it the whole path. */
  readonly method: string;
  readonly stream?: boolean;
  /** Put into an envelope where the protocol has them. */
  readonly message?: Uint8Array | string;
  /** Instead of a message: sent as it is. */
  readonly body?: Uint8Array | string;
  readonly headers?: OutgoingHttpHeaders;
  /** The request does not end; over HTTP/2 only. */
  readonly open?: boolean;
  /** Only a header: this client does not watch the clock. */
  readonly timeoutMs?: number;
  readonly secret?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly header: Headers;
  readonly messages: readonly Uint8Array[];
  /** Whether a message came in compressed. */
  readonly compressed: boolean;
  readonly error: ConnectError | undefined;
}

/** The parts of a request that send the message compressed. */
export function gzipped(wire: WireName, message: Uint8Array): Pick<RawRequest, "body" | "headers"> {
  const data = gzipSync(message);
  return wire.startsWith("Connect")
    ? { body: data, headers: { "content-encoding": "gzip" } }
    : { body: encodeEnvelope(1, data), headers: { "grpc-encoding": "gzip" } };
}

interface HttpAnswer {
  readonly status: number;
  readonly header: Headers;
  readonly body: Buffer;
  readonly trailer: Headers;
}

/** Sends the request, reads the answer to its end, and finds the error where the protocol puts it. */
export async function call(wire: WireName, baseUrl: string, request: RawRequest): Promise<RawAnswer> {
  const { http, unary, stream, timeout } = WIRES[wire];
  const type = request.stream ? stream : unary;
  const enveloped = !wire.startsWith("Connect") || request.stream === true;
  const message = Buffer.from(request.message ?? "");
  const body = request.body === undefined ? (enveloped ? encodeEnvelope(0, message) : message) : Buffer.from(request.body);
  const path = request.method.startsWith("/") ? request.method : `/roster.v1.${request.method}`;
  const headers = {
    "content-type": type,
    ...(request.secret !== undefined && { "x-api-key": request.secret }),
    ...(request.timeoutMs !== undefined && { [timeout]: `${request.timeoutMs}${timeout === "grpc-timeout" ? "m" : ""}` }),
    ...request.headers,
  };
  const url = new URL(path, wire === "gRPC, its own port" ? grpcPortOf(baseUrl) : baseUrl);
  const answer = http === 1 ? overHttp1(url, headers, body) : overHttp2(url, headers, body, "POST", request.open);
  return understand(await answer);
}

export async function overHttp1(
  url: URL,
  headers: OutgoingHttpHeaders,
  body: Uint8Array,
  method = "POST",
): Promise<HttpAnswer> {
  const response = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
    const request = http1Request(url, { method, headers, agent: false }, resolve).on("error", reject);
    request.end(body);
  });
  const bytes = await buffer(response);
  return {
    status: response.statusCode ?? 0,
    header: toHeaders(response.headers),
    body: bytes,
    trailer: toHeaders(response.trailers),
  };
}

export async function overHttp2(
  url: URL,
  headers: OutgoingHttpHeaders,
  body: Uint8Array,
  method = "POST",
  open = false,
): Promise<HttpAnswer> {
  const session = connect(url.origin);
  try {
    const stream = session.request(
      { ":method": method, ":path": url.pathname + url.search, ...headers },
      { endStream: false },
    );
    let header: IncomingHttpHeaders = {};
    let trailer: IncomingHttpHeaders = {};
    stream.on("response", (received) => {
      header = received;
    });
    stream.on("trailers", (received) => {
      trailer = received;
    });
    stream.write(body);
    if (!open) {
      stream.end();
    }
    const bytes = await buffer(stream);
    return { status: Number(header[":status"]), header: toHeaders(header), body: bytes, trailer: toHeaders(trailer) };
  } finally {
    session.destroy();
  }
}

function understand({ status, header, body, trailer }: HttpAnswer): RawAnswer {
  const type = header.get("content-type") ?? "";
  if (!/grpc|connect\+/.test(type)) {
    const unreadable = new ConnectError(`HTTP ${status}: ${body.toString()}`, Code.Unknown);
    const error = status === 200 ? undefined : errorFromJsonBytes(body, undefined, unreadable);
    return { status, header, messages: [body], compressed: header.get("content-encoding") === "gzip", error };
  }
  const envelopes = [...decodeEnvelopes(body)];
  const end = type.includes("connect+") ? endStreamFlag : trailerFlag;
  const last = envelopes.find(({ flags }) => (flags & end) !== 0);
  const sent = envelopes.filter((envelope) => envelope !== last);
  const messages = sent.map(({ data }) => data);
  const compressed = sent.some(({ flags }) => (flags & 1) !== 0);
  if (type.includes("connect+")) {
    return { status, header, messages, compressed, error: last && endStreamFromJson(last.data).error };
  }
  const error = findTrailerError(last === undefined ? trailer : trailerParse(last.data)) ?? findTrailerError(header);
  return { status, header, messages, compressed, error };
}

function* decodeEnvelopes(body: Buffer): Generator<{ flags: number; data: Buffer }> {
  for (let start = 0; start < body.length; ) {
    const end = start + 5 + body.readUInt32BE(start + 1);
    yield { flags: body.readUInt8(start), data: body.subarray(start + 5, end) };
    start = end;
  }
}

function toHeaders(headers: IncomingHttpHeaders): Headers {
  const pairs = Object.entries(headers).filter(([name]) => !name.startsWith(":"));
  return new Headers(pairs.map(([name, value]): [string, string] => [name, String(value)]));
}
