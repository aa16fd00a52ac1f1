import { createConnectRouter, createContextValues } from "@connectrpc/connect";
import type { UniversalHandlerFn, UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { compressionGzip, universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import type { Log } from "../../log.ts";
import { CALL_IDS, CallIds } from "../../rpc/call-ids.ts";
import { DETAIL_TYPES } from "../../rpc/errors.ts";
import { PEER } from "../../rpc/pipeline/peer.ts";
import { isScimPath, type ScimHandler } from "../../scim/scim.ts";
import type { CallSpan, Tracer } from "../../tracing/span.ts";
import { beginCallSpan, within } from "../call-spans.ts";
import type { AnswerConsole } from "../console/console.ts";
import { dropFarDeadlines } from "../deadlines.ts";
import { badRequest, bodyOf, unknownMethod } from "../error-responses.ts";
import { answerProbe, type Readiness } from "../probes.ts";
import type { Route } from "../route.ts";
import { clientCertificateOf } from "../tls/client-certificates.ts";
import { completeErrors } from "./complete-errors.ts";
import { answerPreflight, type CorsOrigins, setCorsHeaders } from "./cors.ts";
import type { Request, Response } from "./request-response.ts";
import { COMPRESS_MIN_BYTES } from "./unary/answer.ts";
import { type AnswerUnary, createUnaryCalls } from "./unary/unary-calls.ts";

export interface HandlerOptions {
  readonly routes: readonly Route[];
  readonly maxMessageBytes: number;
  readonly corsOrigins: CorsOrigins;
  readonly readiness: Readiness;
  /** Absent: there is no console. */
  readonly answerConsole?: AnswerConsole | undefined;
  readonly tracer?: Tracer | undefined;
  /** Answers what is asked for below `SCIM_PATH`. Absent: nothing is there. */
  readonly scim?: ScimHandler | undefined;
  readonly log: Log;
}

/** Handles requests of HTTP/1.1 and HTTP/2 in the protocols Connect, gRPC-Web and gRPC, SCIM, and probes in plain HTTP. */
export function createHttpHandler(options: HandlerOptions) {
  const { routes, maxMessageBytes, corsOrigins, readiness, answerConsole, tracer, scim, log } = options;
  const router = createConnectRouter({
    acceptCompression: [compressionGzip],
    readMaxBytes: maxMessageBytes,
    compressMinBytes: COMPRESS_MIN_BYTES,
    jsonOptions: JSON_OPTIONS,
  });
  const unaryCall = createUnaryCalls({ routes, maxMessageBytes, jsonOptions: JSON_OPTIONS, log });
  for (const { service, implementation } of routes) {
    router.service(service, implementation);
  }
  const handlers = new Map<string, UniversalHandlerFn>(
    router.handlers.map((handler) => [handler.requestPath, completeErrors(handler, log)]),
  );
  const handlerOf = (path: string) => handlers.get(path) ?? (isScimPath(path) ? scim : undefined);
  return (request: Request, response: Response): void => {
    dropRest(request);
    dropFarDeadlines(request.headers);
    setCorsHeaders(request, response, corsOrigins);
    if (
      answerPreflight(request, response) ||
      answerProbe(request, response, readiness) ||
      answerConsole?.(request, response)
    ) {
      return;
    }
    forbidCaching(request, response);
    const path = request.url?.split("?", 1)[0] ?? "";
    const ids = new CallIds(request.headers);
    const address = request.socket.remoteAddress ?? "";
    const span = beginCallSpan(tracer, ids, { path, headers: request.headers, address, response });
    const ways = { direct: unaryCall(path, request), handler: handlerOf(path) };
    within(span, () => respond(ways, path, request, response, ids, log)).catch((error: unknown) => {
      // The caller has gone: nobody is left to send an error to.
      log.debug({ ...ids.logged, path, err: error }, "call aborted");
      response.destroy();
    });
  };
}

/** An answer is true of its moment, and of persons: no browser or proxy keeps it. What is not asked for by GET none keeps anyway. */
function forbidCaching(request: Request, response: Response): void {
  if (request.method === "GET") {
    response.setHeader("cache-control", "no-store");
  }
}

/** Over HTTP/2, a request of which a part has not been read stays open after its answer, and its sender waits for room. */
function dropRest(request: Request): void {
  if ("stream" in request) {
    request.stream.once("finish", () => request.resume());
  }
}

// People write JSON by hand, so a misspelt field is refused. So are bytes that are not UTF-8.
const JSON_OPTIONS = {
  ignoreUnknownFields: false,
  textDecoder: new TextDecoder("utf-8", { fatal: true }),
  registry: DETAIL_TYPES,
};

async function respond(
  { direct, handler }: { readonly direct: AnswerUnary | undefined; readonly handler: UniversalHandlerFn | undefined },
  path: string,
  request: Request,
  response: Response,
  ids: CallIds,
  log: Log,
): Promise<void> {
  const body = await direct?.(request, response, ids);
  if (direct !== undefined && body === undefined) {
    return;
  }
  const universal = toUniversal(request, response, ids, body);
  const result =
    handler === undefined
      ? unknownMethod(path, request.headers["content-type"] ?? "", ids, log)
      : universal === undefined
        ? badRequest(ids, log)
        : await handler(universal);
  // When the caller goes away, what produces the body has to end.
  response.once("close", () => result.body?.[Symbol.asyncIterator]().return?.());
  await universalResponseToNodeResponse(untold(ids.span === undefined ? result : noteEncoding(result, ids.span)), response);
}

/** Connect throws into the body what goes wrong while it is written: that the caller has gone. That is no error of the call. */
function untold({ body, ...response }: UniversalServerResponse): UniversalServerResponse {
  if (body === undefined) {
    return response;
  }
  const pieces = body[Symbol.asyncIterator]();
  const iterator: AsyncIterator<Uint8Array> = {
    next: () => pieces.next(),
    return: async () => (await pieces.return?.()) ?? { done: true, value: undefined },
  };
  return { ...response, body: { [Symbol.asyncIterator]: () => iterator } };
}

/** Tells the span when the first piece of the body is there. */
function noteEncoding({ body, ...response }: UniversalServerResponse, span: CallSpan): UniversalServerResponse {
  async function* noted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      span.encoded();
      yield piece;
    }
  }
  return body === undefined ? response : { ...response, body: noted(body) };
}

/** Undefined for a request whose target or host is no URL. `body`: what has been read of it. */
function toUniversal(
  request: Request,
  response: Response,
  ids: CallIds,
  body: Uint8Array | undefined,
): UniversalServerRequest | undefined {
  try {
    const peer = { address: request.socket.remoteAddress ?? "", certificate: clientCertificateOf(request.socket) };
    const values = createContextValues().set(PEER, peer).set(CALL_IDS, ids);
    const universal = universalRequestFromNodeRequest(request, response, undefined, values);
    return body === undefined ? universal : { ...universal, body: bodyOf(body) };
  } catch {
    return undefined;
  }
}
