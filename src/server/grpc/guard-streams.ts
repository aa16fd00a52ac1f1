import type { OutgoingHttpHeaders } from "node:http";
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream, ServerStreamResponseOptions } from "node:http2";
import { Readable } from "node:stream";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { Server } from "@grpc/grpc-js";
import { RosterError } from "../../directory/errors.ts";
import type { Log } from "../../log.ts";
import { CallIds } from "../../rpc/call-ids.ts";
import { toConnectError } from "../../rpc/errors.ts";
import type { Tracer } from "../../tracing/span.ts";
import { beginCallSpan } from "../call-spans.ts";
import { dropFarDeadlines } from "../deadlines.ts";
import { errorResponse, unknownMethod, unsupported } from "../error-responses.ts";
import { COMPRESSIONS, compressResponses } from "./compression.ts";
import { completeStatus } from "./errors.ts";
import { rememberIds } from "./stream-ids.ts";

/** The HTTP/2 servers of a server of grpc-js, which keeps them in a private field. Throws if that field is not there. */
export function http2ServersOf(server: Server): Http2Server[] {
  const servers: unknown = Reflect.get(server, "http2Servers");
  if (!(servers instanceof Map) || servers.size === 0) {
    throw new Error("this release of @grpc/grpc-js is not known: it has no http2Servers");
  }
  return [...servers.keys()];
}

/**
 * Takes over the streams of an HTTP/2 server of grpc-js. Requests that are wrong below a call would be refused by grpc-js itself, without
 * details and in part with INTERNAL, and its interceptors do not see that. So what the headers show to be wrong is refused here, and
 * what grpc-js sends on a stream gets the details that it lacks.
 */
export function guardStreams(
  http2Server: Http2Server,
  paths: ReadonlySet<string>,
  log: Log,
  tracer: Tracer | undefined,
): void {
  const serve = http2Server.listeners("stream");
  http2Server.removeAllListeners("stream");
  http2Server.on("stream", (stream, headers, ...rest) => {
    // The caller may have reset it already.
    if (stream.destroyed || stream.closed) {
      return;
    }
    dropFarDeadlines(headers);
    const ids = new CallIds(headers);
    const { ":path": path = "" } = headers;
    const address = stream.session?.socket.remoteAddress ?? "";
    beginCallSpan(tracer, ids, { path, headers, address, response: stream });
    const refusal = refusalOf(headers, paths, ids, log);
    if (refusal !== undefined) {
      send(stream, refusal);
      return;
    }
    // grpc-js knows it in small letters only.
    headers["content-type"] = "application/grpc";
    compressResponses(stream, headers);
    rememberIds(stream, ids);
    completeErrors(stream, ids, log);
    for (const listener of serve) {
      listener.call(http2Server, stream, headers, ...rest);
    }
  });
}

/** What grpc-js calls to end a call. */
interface ResponseStream {
  respond(headers: OutgoingHttpHeaders, options?: ServerStreamResponseOptions): void;
  sendTrailers(trailers: OutgoingHttpHeaders): void;
}

function completeErrors(stream: ServerHttp2Stream, ids: CallIds, log: Log): void {
  const wrapped: ResponseStream = stream;
  const { respond, sendTrailers } = wrapped;
  const complete = (headers: OutgoingHttpHeaders) => completeStatus(headers, stream.readableDidRead, ids, log);
  wrapped.respond = (headers, options) => respond.call(stream, complete(headers), options);
  wrapped.sendTrailers = (trailers) => sendTrailers.call(stream, complete(trailers));
}

function refusalOf(
  headers: IncomingHttpHeaders,
  paths: ReadonlySet<string>,
  ids: CallIds,
  log: Log,
): UniversalServerResponse | undefined {
  const { ":path": path = "", ":method": verb, "content-type": type = "", "grpc-timeout": timeout } = headers;
  const encoding = headers["grpc-encoding"] ?? "identity";
  if (!paths.has(path)) {
    return unknownMethod(path, type, ids, log);
  }
  if (verb !== "POST") {
    return unsupported(405, "methods are called by POST", ids, log);
  }
  if (!/^application\/grpc(\+proto)?$/i.test(type)) {
    return unsupported(415, "this port speaks gRPC alone: the content type must be application/grpc", ids, log);
  }
  if (timeout !== undefined && !/^\d{1,8}[HMSmun]$/.test(String(timeout))) {
    return refuse(new RosterError("REQUEST_MALFORMED", `grpc-timeout ${JSON.stringify(timeout)} is no deadline`), ids, log);
  }
  if (!COMPRESSIONS.includes(String(encoding))) {
    const message = `compression ${JSON.stringify(encoding)} is not known here: ${COMPRESSIONS.join(", ")} are`;
    return refuse(new RosterError("PROTOCOL_UNSUPPORTED", message), ids, log);
  }
  return undefined;
}

function refuse(error: RosterError, ids: CallIds, log: Log): UniversalServerResponse {
  return errorResponse("application/grpc", 200, toConnectError(error, ids, log));
}

function send(stream: ServerHttp2Stream, { status, header, body }: UniversalServerResponse): void {
  // The stream may break at any time; without a listener that would end the process.
  stream.on("error", () => {});
  stream.respond({ ":status": status, ...Object.fromEntries(header ?? []) }, { endStream: body === undefined });
  if (body !== undefined) {
    Readable.from(body).pipe(stream);
  }
}
