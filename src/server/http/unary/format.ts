import type { IncomingHttpHeaders } from "node:http";
import type { Request } from "../request-response.ts";

/** How a unary call and its answer are written. */
export interface Format {
  readonly protocol: "connect" | "grpc" | "grpc-web";
  readonly json: boolean;
  /** Of the answer. */
  readonly contentType: string;
  /** Whether the caller reads answers that are compressed. */
  readonly gzip: boolean;
  readonly timeoutMs: number | undefined;
}

type Type = Pick<Format, "protocol" | "json" | "contentType">;

const GRPC: Type = { protocol: "grpc", json: false, contentType: "application/grpc+proto" };
const GRPC_WEB: Type = { protocol: "grpc-web", json: false, contentType: "application/grpc-web+proto" };
const TYPES: ReadonlyMap<string | undefined, Type> = new Map([
  ["application/json", { protocol: "connect", json: true, contentType: "application/json" }],
  ["application/proto", { protocol: "connect", json: false, contentType: "application/proto" }],
  ["application/grpc", GRPC],
  ["application/grpc+proto", GRPC],
  ["application/grpc-web", GRPC_WEB],
  ["application/grpc-web+proto", GRPC_WEB],
]);

/**
 * The format of a request as most clients write it. Undefined: it is written in another way, which may be right as well.
 * Sources: Connect Protocol Reference; PROTOCOL-HTTP2.md and PROTOCOL-WEB.md of gRPC.
 */
export function usualFormat(request: Request): Format | undefined {
  const type = request.method === "POST" ? TYPES.get(request.headers["content-type"]) : undefined;
  if (type === undefined || (type.protocol === "grpc" && !("stream" in request))) {
    return undefined;
  }
  return type.protocol === "connect" ? connectFormat(type, request.headers) : grpcFormat(type, request.headers);
}

function connectFormat(type: Type, headers: IncomingHttpHeaders): Format | undefined {
  const timeout = headers["connect-timeout-ms"];
  if (!isPlain(headers["content-encoding"]) || (timeout !== undefined && !/^[1-9]\d{0,9}$/.test(String(timeout)))) {
    return undefined;
  }
  const timeoutMs = timeout === undefined ? undefined : Number(timeout);
  return { ...type, gzip: takesGzip(headers["accept-encoding"]), timeoutMs };
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1 };

function grpcFormat(type: Type, headers: IncomingHttpHeaders): Format | undefined {
  const timeout = headers["grpc-timeout"];
  const [, count, unit = ""] = timeout === undefined ? [] : (/^([1-9]\d{0,7})([HMSm])$/.exec(String(timeout)) ?? []);
  if (!isPlain(headers["grpc-encoding"]) || (timeout !== undefined && count === undefined)) {
    return undefined;
  }
  const timeoutMs = count === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
  return { ...type, gzip: takesGzip(headers["grpc-accept-encoding"]), timeoutMs };
}

type Value = IncomingHttpHeaders[string];

function isPlain(encoding: Value): boolean {
  return encoding === undefined || encoding === "identity";
}

function takesGzip(accepted: Value): boolean {
  return (
    accepted !== undefined &&
    String(accepted)
      .split(",")
      .some((name) => name.trim() === "gzip")
  );
}
