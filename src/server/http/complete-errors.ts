import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalHandlerFn, UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { RosterError } from "../../directory/errors.ts";
import type { Log } from "../../log.ts";
import { completeError, toConnectError } from "../../rpc/errors.ts";
import { changeError, jsonError } from "./change-error.ts";

/**
 * Errors that Connect raises below the pipeline (bytes that are no message, a message that is too large, an unknown
 * compression) come without details and, some of them, with code INTERNAL. No hook sees them before they are encoded.
 */
export function completeErrors(handler: UniversalHandlerFn, log: Log): UniversalHandlerFn {
  return async (request) => {
    const response = await handler(request).catch((error: unknown) => undecodable(request, error, log));
    return response.body === undefined && response.status >= 400
      ? explain(response, log)
      : changeError(response, (error) => completeError(foreseen(error, request), log));
  };
}

/** What Connect calls an internal error below the pipeline: a body that breaks off, a query that can't be decoded. */
function foreseen(error: ConnectError, { method, signal }: UniversalServerRequest): ConnectError {
  if (error.code !== Code.Internal || error.rawMessage !== "internal error" || error.details.length > 0) {
    return error;
  }
  if (signal.aborted) {
    return new ConnectError("the caller has gone", Code.Canceled);
  }
  return method === "GET" ? new ConnectError("message is not base64", Code.InvalidArgument) : error;
}

/** The answer to a request that names no method, in the protocol that it speaks. */
export function unknownMethod(path: string, contentType: string, log: Log): UniversalServerResponse {
  const error = toConnectError(
    new RosterError("METHOD_UNKNOWN", `there is no method ${path}; list the services by reflection`),
    log,
  );
  return errorAnswer(contentType, 404, error);
}

/** Connect can't put the message of such an error into a header: it repeats an unpaired surrogate of the request. */
function undecodable({ header }: UniversalServerRequest, error: unknown, log: Log): UniversalServerResponse {
  if (!(error instanceof URIError)) {
    throw error;
  }
  const malformed = new RosterError("REQUEST_MALFORMED", "the request has a name with an unpaired surrogate");
  return errorAnswer(header.get("content-type") ?? "", 400, toConnectError(malformed, log));
}

/** An error, in gRPC if the request came in it, else as the Connect protocol has it. */
export function errorAnswer(contentType: string, status: number, error: ConnectError): UniversalServerResponse {
  return contentType.startsWith("application/grpc")
    ? { status: 200, header: setTrailerStatus(new Headers({ "content-type": contentType }), error) }
    : jsonError(status, error);
}

/** The answer to a request whose target or host is no URL. */
export function badRequest(log: Log): UniversalServerResponse {
  return jsonError(400, toConnectError(new RosterError("REQUEST_MALFORMED", "the request target or host is no URL"), log));
}

const EXPLANATIONS: ReadonlyMap<number, string> = new Map([
  [405, "the method is called by POST, or by GET if it has no side effects"],
  [
    415,
    "the content type must be application/json, application/proto, application/grpc, application/grpc-web or, for streams, application/connect+json",
  ],
  [505, "this method needs HTTP/2"],
]);

/** Bare HTTP errors, for people with curl. */
function explain({ status, header }: UniversalServerResponse, log: Log): UniversalServerResponse {
  const message = EXPLANATIONS.get(status) ?? `HTTP status ${status}`;
  return jsonError(status, toConnectError(new RosterError("PROTOCOL_UNSUPPORTED", message), log), new Headers(header));
}
