import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalHandlerFn, UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { RosterError } from "../../directory/errors.ts";
import type { Log } from "../../log.ts";
import { type CallIds, idsOf } from "../../rpc/call-ids.ts";
import { completeError, toConnectError } from "../../rpc/errors.ts";
import { errorResponse, unsupported } from "../error-responses.ts";
import { replaceError } from "./replace-error.ts";

/**
 * Errors that Connect raises below the pipeline (bytes that are no message, a message that is too large, an unknown
 * compression) come without details and, some of them, with code INTERNAL. No hook sees them before they are encoded.
 */
export function completeErrors(handler: UniversalHandlerFn, log: Log): UniversalHandlerFn {
  return async (request) => {
    const response = await handler(request).catch((error: unknown) => malformedName(request, error, log));
    const ids = idsOf({ values: request.contextValues });
    return response.body === undefined && response.status >= 400
      ? explainStatus(response, ids, log)
      : replaceError(response, (error) => completeError(asCallersMistake(error, request), ids, log));
  };
}

/** Connect says "internal error" to some mistakes of callers, too: a body that breaks off, a query that can't be decoded. */
function asCallersMistake(error: ConnectError, { method, signal }: UniversalServerRequest): ConnectError {
  if (error.code !== Code.Internal || error.rawMessage !== "internal error" || error.details.length > 0) {
    return error;
  }
  if (signal.aborted) {
    return new ConnectError("the caller has gone", Code.Canceled);
  }
  return method === "GET" ? new ConnectError("message is not base64", Code.InvalidArgument) : error;
}

/** Connect repeats an unknown name of a request in its message, and fails to put that into a header if it is not well-formed. */
function malformedName(
  { header, contextValues }: UniversalServerRequest,
  error: unknown,
  log: Log,
): UniversalServerResponse {
  if (!(error instanceof URIError)) {
    throw error;
  }
  const malformed = new RosterError("REQUEST_MALFORMED", "the request has a name with an unpaired surrogate");
  return errorResponse(
    header.get("content-type") ?? "",
    400,
    toConnectError(malformed, idsOf({ values: contextValues }), log),
  );
}

const EXPLANATIONS: ReadonlyMap<number, string> = new Map([
  [405, "the method is called by POST, or by GET if it has no side effects"],
  [
    415,
    "the content type must be application/json, application/proto, application/grpc, application/grpc-web or, for streams, application/connect+json",
  ],
  [505, "this method needs HTTP/2"],
]);

/** Connect sends some HTTP statuses without a body. */
function explainStatus({ status, header }: UniversalServerResponse, ids: CallIds, log: Log): UniversalServerResponse {
  return unsupported(status, EXPLANATIONS.get(status) ?? `HTTP status ${status}`, ids, log, new Headers(header));
}
