import { Code, ConnectError } from "@connectrpc/connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import {
  Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  type StatusObject,
} from "@grpc/grpc-js";
import type { Log } from "../log.ts";
import { completeError, toConnectError } from "../rpc/errors.ts";

const DETAILS = "grpc-status-details-bin";

/** An error as grpc-js sends it: code, message, and the details in the trailer. */
export function toStatusObject(error: unknown, log: Log): StatusObject {
  const connectError = toConnectError(error, log);
  const { code, rawMessage } = connectError;
  const trailer = setTrailerStatus(new Headers(), connectError);
  const metadata = new Metadata();
  metadata.set(DETAILS, Buffer.from(trailer.get(DETAILS) ?? "", "base64"));
  return { code: Number(code), details: rawMessage, metadata };
}

/** Errors that grpc-js raises by itself (a message that is too large, a compression it lacks) get details, too. */
export function completeStatuses(log: Log): ServerInterceptor {
  const responder = new ResponderBuilder()
    .withSendStatus((status, next) => {
      const complete = Number(status.code) === 0 || (status.metadata?.get(DETAILS).length ?? 0) > 0;
      next(complete ? status : toStatusObject(completeError(foreseen(status), log), log));
    })
    .build();
  return (_method, call) => new ServerInterceptingCall(call, responder);
}

/** What grpc-js calls INTERNAL although the caller is to blame: bytes that are no message. */
function foreseen({ code, details }: Pick<StatusObject, "code" | "details">): ConnectError {
  const known = Number(code) === Number(Code.Internal) ? Code.InvalidArgument : toCode(Number(code));
  return new ConnectError(details ?? "", known);
}

function toCode(code: number): Code {
  return Object.values(Code).find((known) => known === code) === undefined ? Code.Unknown : (code as Code);
}
