import { createConnectRouter } from "@connectrpc/connect";
import type { UniversalHandlerFn, UniversalServerRequest } from "@connectrpc/connect/protocol";
import { compressionGzip, universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import type { Log } from "../../log.ts";
import { DETAIL_TYPES } from "../../rpc/errors.ts";
import { dropFarDeadlines } from "../deadline.ts";
import type { Route } from "../grpc/port.ts";
import { badRequest, completeErrors, unknownMethod } from "./complete-errors.ts";
import { answerPreflight, type CorsOrigins, setCorsHeaders } from "./cors.ts";
import type { Request, Response } from "./exchange.ts";

export interface HandlerOptions {
  readonly routes: readonly Route[];
  readonly maxMessageBytes: number;
  readonly corsOrigins: CorsOrigins;
  readonly log: Log;
}

/** Serves Connect, gRPC-Web and gRPC to whatever speaks HTTP. */
export function createHandler({ routes, maxMessageBytes, corsOrigins, log }: HandlerOptions) {
  const router = createConnectRouter({
    acceptCompression: [compressionGzip],
    readMaxBytes: maxMessageBytes,
    jsonOptions: JSON_OPTIONS,
  });
  for (const { service, implementation } of routes) {
    router.service(service, implementation);
  }
  const handlers = new Map<string, UniversalHandlerFn>(
    router.handlers.map((handler) => [handler.requestPath, completeErrors(handler, log)]),
  );
  return (request: Request, response: Response): void => {
    setCorsHeaders(request, response, corsOrigins);
    if (answerPreflight(request, response)) {
      return;
    }
    const path = request.url?.split("?", 1)[0] ?? "";
    answer(handlers.get(path), path, request, response, log).catch((error: unknown) => {
      // The caller is gone: there is nobody to tell.
      log.debug({ path, err: error }, "call aborted");
      response.destroy();
    });
  };
}

// People write JSON by hand: a field that is misspelt is an error, not silence. And what is no UTF-8 is no text.
const JSON_OPTIONS = {
  ignoreUnknownFields: false,
  textDecoder: new TextDecoder("utf-8", { fatal: true }),
  registry: DETAIL_TYPES,
};

async function answer(
  handler: UniversalHandlerFn | undefined,
  path: string,
  request: Request,
  response: Response,
  log: Log,
): Promise<void> {
  dropFarDeadlines(request.headers);
  const universal = toUniversal(request, response);
  const answered =
    handler === undefined
      ? unknownMethod(path, request.headers["content-type"] ?? "", log)
      : universal === undefined
        ? badRequest(log)
        : await handler(universal);
  // A caller that has gone takes nothing more: end what makes the answer.
  response.once("close", () => answered.body?.[Symbol.asyncIterator]().return?.());
  await universalResponseToNodeResponse(answered, response);
}

/** Undefined for a request whose target or host is no URL. */
function toUniversal(request: Request, response: Response): UniversalServerRequest | undefined {
  try {
    return universalRequestFromNodeRequest(request, response, undefined, undefined);
  } catch {
    return undefined;
  }
}
