import { gzipSync } from "node:zlib";
import type { DescMethod } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import type { Shot } from "./shot.ts";
import { toBinary } from "./to-binary.ts";
import { toJson } from "./to-json.ts";
import type { Tree } from "./tree.ts";

/** A way to send a request. */
export interface Wire {
  readonly name: string;
  readonly port: "http" | "grpc";
  readonly http: 1 | 2;
  readonly family: "connect" | "get" | "grpc" | "grpc-web";
  readonly json: boolean;
}

export const WIRES: readonly Wire[] = [
  ...([1, 2] as const).flatMap((http) =>
    [true, false].flatMap((json): Wire[] =>
      (["connect", "get", "grpc", "grpc-web"] as const).map((family) => ({
        name: `${family}, ${json ? "JSON" : "binary"}, HTTP/${http}`,
        port: "http",
        http,
        family,
        json,
      })),
    ),
  ),
  { name: "gRPC port", port: "grpc", http: 2, family: "grpc", json: false },
];

/** Whether the method can be called so. */
export function canCarry({ family, http }: Wire, { methodKind, idempotency }: DescMethod): boolean {
  if (family === "get") return methodKind === "unary" && idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
  return methodKind !== "bidi_streaming" || http === 2;
}

export interface WireOptions {
  /** Of the caller: `{ADMIN}`; undefined: no key. */
  readonly secret: string | undefined;
  readonly gzip: boolean;
  readonly takesGzip: boolean;
  /** In milliseconds. */
  readonly timeout?: number | undefined;
  readonly nonce?: string | undefined;
}

export function toShot(wire: Wire, method: DescMethod, tree: Tree, options: WireOptions): Shot {
  const message = wire.json ? Buffer.from(toJson(method.input, tree)) : toBinary(method.input, tree);
  const path = `/${method.parent.typeName}/${method.name}`;
  const { port, http } = wire;
  const shot = { port, http, path, method: path.slice(1) };
  const headers = headersFor(wire, method, options);
  if (wire.family === "get") {
    return { ...shot, verb: "GET", path: `${path}?${queryFor(wire, message, options)}`, headers, body: Buffer.alloc(0) };
  }
  const data = options.gzip ? gzipSync(message) : message;
  const isEnveloped = wire.family !== "connect" || method.methodKind !== "unary";
  const body = isEnveloped ? Buffer.from(encodeEnvelope(options.gzip ? 1 : 0, data)) : data;
  return { ...shot, verb: "POST", headers, body };
}

function queryFor({ json }: Wire, message: Buffer, { gzip }: WireOptions): string {
  const data = gzip ? gzipSync(message) : message;
  const isText = json && !gzip;
  return new URLSearchParams({
    connect: "v1",
    encoding: json ? "json" : "proto",
    ...(gzip && { compression: "gzip" }),
    ...(isText ? {} : { base64: "1" }),
    message: isText ? message.toString() : data.toString("base64url"),
  }).toString();
}

function headersFor(wire: Wire, method: DescMethod, options: WireOptions): Array<[string, string]> {
  const { secret, gzip, takesGzip, timeout, nonce } = options;
  const isConnect = wire.family === "connect" || wire.family === "get";
  const isStream = method.methodKind !== "unary";
  const [encoding, accept] = isConnect
    ? isStream
      ? ["connect-content-encoding", "connect-accept-encoding"]
      : ["content-encoding", "accept-encoding"]
    : ["grpc-encoding", "grpc-accept-encoding"];
  return [
    ...pair("content-type", wire.family === "get" ? undefined : contentType(wire, isStream)),
    ...pair("authorization", secret && `Bearer ${secret}`),
    ...pair(encoding, gzip && wire.family !== "get" ? "gzip" : undefined),
    ...pair(accept, takesGzip ? "gzip" : undefined),
    ...pair("te", wire.family === "grpc" && wire.http === 2 ? "trailers" : undefined),
    ...pair(
      isConnect ? "connect-timeout-ms" : "grpc-timeout",
      timeout === undefined ? undefined : `${timeout}${isConnect ? "" : "m"}`,
    ),
    ...pair("roster-client-nonce", nonce),
  ];
}

function contentType({ family, json, port }: Wire, isStream: boolean): string {
  const format = json ? "json" : "proto";
  if (family === "connect") return `application/${isStream ? "connect+" : ""}${format}`;
  return port === "grpc" ? "application/grpc" : `application/${family}+${format}`;
}

function pair(name: string, value: string | undefined): Array<[string, string]> {
  return value === undefined || value === "" ? [] : [[name, value]];
}
