import { gunzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
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

/** What becomes of the error of an answer; the same object if nothing does. */
export type Change = (error: ConnectError) => ConnectError;

/** The answer with its error changed, if it has one, whatever the protocol. Connect has encoded it already. */
export async function changeError(response: UniversalServerResponse, change: Change): Promise<UniversalServerResponse> {
  const { body } = response;
  if (body === undefined) {
    return response;
  }
  const type = response.header?.get("content-type") ?? "";
  if (type.startsWith("application/grpc-web")) {
    return { ...response, body: mapEnd(body, trailerFlag, (data) => changeTrailer(data, change)) };
  }
  if (type.startsWith("application/grpc")) {
    return { ...response, body: thenChange(body, response.trailer, change) };
  }
  if (type.startsWith("application/connect+")) {
    return { ...response, body: mapEnd(body, endStreamFlag, (data) => changeEndStream(data, change)) };
  }
  return response.status === 200 ? response : changeUnary(response, change);
}

/** An error as the Connect protocol sends it: JSON and an HTTP status. */
export function jsonError(status: number, error: ConnectError, header: Headers = new Headers()): UniversalServerResponse {
  const body = errorToJsonBytes(error, undefined);
  header.set("content-type", "application/json");
  header.set("content-length", String(body.byteLength));
  return { status, header, body: once(body) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* thenChange(
  body: AsyncIterable<Uint8Array>,
  trailer: Headers | undefined,
  change: Change,
): AsyncGenerator<Uint8Array> {
  yield* body;
  if (trailer !== undefined) {
    changeStatus(trailer, change);
  }
}

function changeStatus(trailer: Headers, change: Change): void {
  const error = findTrailerError(trailer);
  const changed = error && change(error);
  if (changed !== error) {
    setTrailerStatus(trailer, changed);
  }
}

function changeTrailer(data: Uint8Array, change: Change): Uint8Array {
  const trailer = trailerParse(data);
  changeStatus(trailer, change);
  return trailerSerialize(trailer);
}

const endStreams = createEndStreamSerialization(undefined);

function changeEndStream(data: Uint8Array, change: Change): Uint8Array {
  const { metadata, error } = endStreamFromJson(data);
  const changed = error && change(error);
  return changed === error ? data : endStreams.serialize({ metadata, ...(changed && { error: changed }) });
}

async function changeUnary(response: UniversalServerResponse, change: Change): Promise<UniversalServerResponse> {
  const header = new Headers(response.header);
  const body = await bytesOf(response.body);
  const json = header.get("content-encoding") === "gzip" ? gunzipSync(body) : body;
  const error = errorFromJsonBytes(json, undefined, new ConnectError("unreadable error", Code.Unknown));
  const changed = change(error);
  if (changed === error) {
    return { ...response, body: once(body) };
  }
  header.delete("content-encoding");
  return jsonError(codeToHttpStatus(changed.code), changed, header);
}

async function bytesOf(body: UniversalServerResponse["body"]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) {
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const ENVELOPE = 5;
const COMPRESSED = 1;

/** Passes envelopes on, the closing one changed. Connect yields one envelope at a time. */
async function* mapEnd(
  body: AsyncIterable<Uint8Array>,
  end: number,
  change: (data: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  for await (const envelope of body) {
    const flags = envelope[0] ?? 0;
    if ((flags & end) === 0) {
      yield envelope;
      continue;
    }
    const sent = envelope.subarray(ENVELOPE);
    const data = change((flags & COMPRESSED) === 0 ? sent : gunzipSync(sent));
    const head = Buffer.alloc(ENVELOPE);
    head.writeUInt8(end, 0);
    head.writeUInt32BE(data.byteLength, 1);
    yield Buffer.concat([head, data]);
  }
}
