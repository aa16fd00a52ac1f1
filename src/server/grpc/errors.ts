import type { OutgoingHttpHeaders } from "node:http";
import { Code, ConnectError } from "@connectrpc/connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { Metadata, type StatusObject } from "@grpc/grpc-js";
import type { Log } from "../../log.ts";
import type { CallIds } from "../../rpc/call-ids.ts";
import { completeError, toConnectError } from "../../rpc/errors.ts";

const DETAILS = "grpc-status-details-bin";

/** The error as grpc-js takes it: code, message, and the details as metadata. */
export function toStatusObject(error: unknown, ids: CallIds, log: Log): StatusObject {
  const connectError = toConnectError(error, ids, log);
  const { code, rawMessage } = connectError;
  const trailer = setTrailerStatus(new Headers(), connectError);
  const metadata = new Metadata();
  metadata.set(DETAILS, Buffer.from(trailer.get(DETAILS) ?? "", "base64"));
  return { code: Number(code), details: rawMessage, metadata };
}

/** The headers that end a call. If they have an error of grpc-js itself, which has no details, they get those that Roster's errors have. */
export function completeStatus(
  headers: OutgoingHttpHeaders,
  received: boolean,
  ids: CallIds,
  log: Log,
): OutgoingHttpHeaders {
  const code = Number(headers["grpc-status"] ?? 0);
  if (code === 0 || DETAILS in headers) {
    return headers;
  }
  const message = decodeURI(String(headers["grpc-message"]));
  const error = completeError(asCallersMistake(new ConnectError(message, toCode(code)), received), ids, log);
  return { ...headers, ...Object.fromEntries(setTrailerStatus(new Headers(), error)) };
}

/** grpc-js says INTERNAL, or that the method is missing, to mistakes of callers: bytes that are no message, or half of one. */
function asCallersMistake(error: ConnectError, received: boolean): ConnectError {
  if (error.code === Code.Unimplemented && received && error.rawMessage.includes("no request message")) {
    return new ConnectError("the request message is cut off", Code.InvalidArgument);
  }
  return error.code === Code.Internal ? new ConnectError(error.rawMessage, Code.InvalidArgument) : error;
}

function toCode(code: number): Code {
  return Object.values(Code).find((known) => known === code) === undefined ? Code.Unknown : (code as Code);
}
