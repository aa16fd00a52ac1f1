import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalHandlerFn, UniversalServerResponse } from "@connectrpc/connect/protocol";
import {
  codeToHttpStatus,
  createEndStreamSerialization,
  endStreamFlag,
  endStreamFromJson,
  errorFromJsonBytes,
  errorToJsonBytes,
} from "@connectrpc/connect/protocol-connect";
import { findTrailerError, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerParse, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import { RosterError } from "../directory/errors.ts";
import type { Log } from "../log.ts";
import { completeError, toConnectError } from "../rpc/errors.ts";

/**
 * Errors that Connect raises below the pipeline (bytes that are no message, a message that is too large, an unknown
 * compression) come without details and, for bytes that are no protobuf, with code INTERNAL. No hook sees them before they
 * are encoded, so this decodes the end of the answer on each protocol, completes the error and encodes it again.
 */
export function completeErrors(handler: UniversalHandlerFn, log: Log): UniversalHandlerFn {
  return async (request) => {
    const response = await handler(request);
    const type = response.header?.get("content-type") ?? "";
    if (response.body === undefined) {
      return response.status < 400 ? response : explain(response, log);
    }
    if (type.startsWith("application/grpc-web")) {
      return { ...response, body: mapEnd(response.body, trailerFlag, (data) => completeTrailer(data, log)) };
    }
    if (type.startsWith("application/grpc")) {
      return { ...response, body: thenComplete(response.body, response.trailer, log) };
    }
    if (type.startsWith("application/connect+")) {
      return { ...response, body: mapEnd(response.body, endStreamFlag, (data) => completeEndStream(data, log)) };
    }
    return response.status === 200 ? response : completeUnary(response, log);
  };
}

/** The answer to a request that names no method, in the protocol that it speaks. */
export function unknownMethod(path: string, contentType: string, log: Log): UniversalServerResponse {
  const error = toConnectError(
    new RosterError("METHOD_UNKNOWN", `there is no method ${path}; list the services by reflection`),
    log,
  );
  return contentType.startsWith("application/grpc")
    ? { status: 200, header: setTrailerStatus(new Headers({ "content-type": contentType }), error) }
    : jsonError(404, error);
}

function jsonError(status: number, error: ConnectError, header = new Headers()): UniversalServerResponse {
  const body = errorToJsonBytes(error, undefined);
  header.set("content-type", "application/json");
  header.set("content-length", String(body.byteLength));
  return { status, header, body: once(body) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
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
  return jsonError(status, toConnectError(new RosterError("METHOD_UNKNOWN", message), log), new Headers(header));
}

async function* thenComplete(
  body: AsyncIterable<Uint8Array>,
  trailer: Headers | undefined,
  log: Log,
): AsyncGenerator<Uint8Array> {
  yield* body;
  if (trailer !== undefined) {
    completeStatus(trailer, log);
  }
}

function completeStatus(trailer: Headers, log: Log): void {
  const error = findTrailerError(trailer);
  const completed = error && completeError(error, log);
  if (completed !== error) {
    setTrailerStatus(trailer, completed);
  }
}

function completeTrailer(data: Uint8Array, log: Log): Uint8Array {
  const trailer = trailerParse(data);
  completeStatus(trailer, log);
  return trailerSerialize(trailer);
}

const endStreams = createEndStreamSerialization(undefined);

function completeEndStream(data: Uint8Array, log: Log): Uint8Array {
  const { metadata, error } = endStreamFromJson(data);
  const completed = error && completeError(error, log);
  return completed === error ? data : endStreams.serialize({ metadata, ...(completed && { error: completed }) });
}

async function completeUnary(response: UniversalServerResponse, log: Log): Promise<UniversalServerResponse> {
  const body = await bytesOf(response.body);
  const error = errorFromJsonBytes(body, undefined, new ConnectError("unreadable error", Code.Unknown));
  const completed = completeError(error, log);
  if (completed === error) {
    return { ...response, body: once(body) };
  }
  return jsonError(codeToHttpStatus(completed.code), completed, new Headers(response.header));
}

async function bytesOf(body: UniversalServerResponse["body"]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) {
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const ENVELOPE = 5;

/** Passes envelopes on, the closing one changed. Connect yields one envelope at a time, and never compresses a small one. */
async function* mapEnd(
  body: AsyncIterable<Uint8Array>,
  flag: number,
  change: (data: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  for await (const envelope of body) {
    if (envelope[0] !== flag) {
      yield envelope;
      continue;
    }
    const data = change(envelope.subarray(ENVELOPE));
    const head = Buffer.alloc(ENVELOPE);
    head.writeUInt8(flag, 0);
    head.writeUInt32BE(data.byteLength, 1);
    yield Buffer.concat([head, data]);
  }
}
