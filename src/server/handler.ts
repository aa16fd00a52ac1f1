import { type ConnectRouter, createConnectRouter } from "@connectrpc/connect";
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { compressionGzip, universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import type { Log } from "../log.ts";
import { completeErrors, unknownMethod } from "./complete-errors.ts";
import { answerPreflight, type CorsOrigins, setCorsHeaders } from "./cors.ts";

/** A request and its response, of HTTP/1.1 or HTTP/2. */
export type Request = Parameters<typeof universalRequestFromNodeRequest>[0];
export type Response = Parameters<typeof universalResponseToNodeResponse>[1];

export interface HandlerOptions {
  readonly routes: (router: ConnectRouter) => void;
  readonly maxMessageBytes: number;
  readonly corsOrigins: CorsOrigins;
  readonly log: Log;
}

/** Serves Connect, gRPC-Web and gRPC to whatever speaks HTTP. */
export function createHandler({ routes, maxMessageBytes, corsOrigins, log }: HandlerOptions) {
  const router = createConnectRouter({
    acceptCompression: [compressionGzip],
    readMaxBytes: maxMessageBytes,
    // People write JSON by hand: a field that is misspelt is an error, not silence.
    jsonOptions: { ignoreUnknownFields: false },
  });
  routes(router);
  const handlers = new Map<string, UniversalHandlerFn>(
    router.handlers.map((handler) => [handler.requestPath, completeErrors(handler, log)]),
  );
  return (request: Request, response: Response): void => {
    setCorsHeaders(request, response, corsOrigins);
    if (answerPreflight(request, response)) {
      return;
    }
    const path = request.url?.split("?", 1)[0] ?? "";
    const handler = handlers.get(path) ?? (async () => unknownMethod(path, request.headers["content-type"] ?? "", log));
    answer(handler, request, response).catch((error: unknown) => {
      // The caller is gone: there is nobody to tell.
      log.debug({ path, err: error }, "call aborted");
      response.destroy();
    });
  };
}

async function answer(handler: UniversalHandlerFn, request: Request, response: Response): Promise<void> {
  const answered = await handler(universalRequestFromNodeRequest(request, response, undefined, undefined));
  await universalResponseToNodeResponse(answered, response);
}
