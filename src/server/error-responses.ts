import type { ConnectError } from "@connectrpc/connect";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { RosterError } from "../directory/errors.ts";
import type { Log } from "../log.ts";
import type { CallIds } from "../rpc/call-ids.ts";
import { toConnectError } from "../rpc/errors.ts";

/** An error in the form of gRPC if the request had a content type of gRPC, else in that of the Connect protocol. */
export function errorResponse(contentType: string, status: number, error: ConnectError): UniversalServerResponse {
  return contentType.startsWith("application/grpc")
    ? { status: 200, header: setTrailerStatus(new Headers({ "content-type": contentType }), error) }
    : jsonError(status, error);
}

/** An error in the form of the Connect protocol: JSON and an HTTP status. */
export function jsonError(status: number, error: ConnectError, header: Headers = new Headers()): UniversalServerResponse {
  const body = errorToJsonBytes(error, undefined);
  header.set("content-type", "application/json");
  header.set("content-length", String(body.byteLength));
  return { status, header, body: bodyOf(body) };
}

/** The response to a request for a path that is no method. */
export function unknownMethod(path: string, contentType: string, ids: CallIds, log: Log): UniversalServerResponse {
  const error = new RosterError("METHOD_UNKNOWN", `there is no method ${path}; list the services by reflection`);
  return errorResponse(contentType, 404, toConnectError(error, ids, log));
}

/** The response to a request whose target or host is no URL. */
export function badRequest(ids: CallIds, log: Log): UniversalServerResponse {
  const error = new RosterError("REQUEST_MALFORMED", "the request target or host is no URL");
  return jsonError(400, toConnectError(error, ids, log));
}

/** The response to a request that HTTP allows and the port does not serve. */
export function unsupported(
  status: number,
  message: string,
  ids: CallIds,
  log: Log,
  header?: Headers,
): UniversalServerResponse {
  return jsonError(status, toConnectError(new RosterError("PROTOCOL_UNSUPPORTED", message), ids, log), header);
}

/** A body of one piece. */
export async function* bodyOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
