import type { OutgoingHttpHeaders } from "node:http";
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream, ServerStreamResponseOptions } from "node:http2";
import { Readable } from "node:stream";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { Server } from "@grpc/grpc-js";
import { RosterError } from "../../directory/errors.ts";
import type { Log } from "../../log.ts";
import { toConnectError } from "../../rpc/errors.ts";
import { dropFarDeadlines } from "../deadline.ts";
import { jsonError } from "../http/change-error.ts";
import { errorAnswer, unknownMethod } from "../http/complete-errors.ts";
import { COMPRESSIONS, compressAnswers } from "./compression.ts";
import { completeStatus } from "./errors.ts";

/** What calls its HTTP/2 servers; grpc-js keeps them to itself. Throws if they are not where they were. */
export function http2ServersOf(server: Server): Http2Server[] {
  const servers: unknown = Reflect.get(server, "http2Servers");
  if (!(servers instanceof Map) || servers.size === 0) {
    throw new Error("this release of @grpc/grpc-js is not known: it has no http2Servers");
  }
  return [...servers.keys()];
}

/**
 * Puts itself between HTTP/2 and grpc-js, which answers by itself to what is wrong below a call, without details and in part with
 * INTERNAL. Its interceptors never see those answers; a stream does. What headers show is refused here.
 */
export function guard(http2Server: Http2Server, paths: ReadonlySet<string>, log: Log): void {
  const serve = http2Server.listeners("stream");
  http2Server.removeAllListeners("stream");
  http2Server.on("stream", (stream, headers, ...rest) => {
    // One that was reset at once takes no answer.
    if (stream.destroyed || stream.closed) {
      return;
    }
    dropFarDeadlines(headers);
    const refusal = refusalOf(headers, paths, log);
    if (refusal !== undefined) {
      send(stream, refusal);
      return;
    }
    compressAnswers(stream, headers);
    completeAnswers(stream, log);
    for (const listener of serve) {
      listener.call(http2Server, stream, headers, ...rest);
    }
  });
}

/** As grpc-js uses a stream. */
interface Answering {
  respond(headers: OutgoingHttpHeaders, options?: ServerStreamResponseOptions): void;
  sendTrailers(trailers: OutgoingHttpHeaders): void;
}

function completeAnswers(stream: ServerHttp2Stream, log: Log): void {
  const answering: Answering = stream;
  const { respond, sendTrailers } = answering;
  const complete = (headers: OutgoingHttpHeaders) => completeStatus(headers, stream.readableDidRead, log);
  answering.respond = (headers, options) => respond.call(stream, complete(headers), options);
  answering.sendTrailers = (trailers) => sendTrailers.call(stream, complete(trailers));
}

function refusalOf(headers: IncomingHttpHeaders, paths: ReadonlySet<string>, log: Log): UniversalServerResponse | undefined {
  const { ":path": path = "", ":method": verb, "content-type": type = "", "grpc-timeout": timeout } = headers;
  const encoding = headers["grpc-encoding"] ?? "identity";
  if (!paths.has(path)) {
    return unknownMethod(path, type, log);
  }
  if (verb !== "POST") {
    return httpError(405, "methods are called by POST", log);
  }
  if (!/^application\/grpc(\+proto)?$/i.test(type)) {
    return httpError(415, "this port speaks gRPC alone: the content type must be application/grpc", log);
  }
  if (timeout !== undefined && !/^\d{1,8}[HMSmun]$/.test(String(timeout))) {
    return refuse(new RosterError("REQUEST_MALFORMED", `grpc-timeout ${JSON.stringify(timeout)} is no deadline`), log);
  }
  if (!COMPRESSIONS.includes(String(encoding))) {
    const message = `compression ${JSON.stringify(encoding)} is not known here: ${COMPRESSIONS.join(", ")} are`;
    return refuse(new RosterError("PROTOCOL_UNSUPPORTED", message), log);
  }
  return undefined;
}

function httpError(status: number, message: string, log: Log): UniversalServerResponse {
  return jsonError(status, toConnectError(new RosterError("PROTOCOL_UNSUPPORTED", message), log));
}

function refuse(error: RosterError, log: Log): UniversalServerResponse {
  return errorAnswer("application/grpc", 200, toConnectError(error, log));
}

function send(stream: ServerHttp2Stream, { status, header, body }: UniversalServerResponse): void {
  // It may break at any time: there is nobody to tell then.
  stream.on("error", () => {});
  stream.respond({ ":status": status, ...Object.fromEntries(header ?? []) }, { endStream: body === undefined });
  if (body !== undefined) {
    Readable.from(body).pipe(stream);
  }
}
