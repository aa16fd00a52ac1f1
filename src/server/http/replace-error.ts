import { gunzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import {
  codeToHttpStatus,
  createEndStreamSerialization,
  endStreamFlag,
  endStreamFromJson,
  errorFromJsonBytes,
} from "@connectrpc/connect/protocol-connect";
import { findTrailerError, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerParse, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import { bodyOf, jsonError } from "../error-responses.ts";

/** Returns what an error is replaced by; the same object: it stays. */
type Replace = (error: ConnectError) => ConnectError;

/** The response with its error replaced, if it has one. Connect has encoded it already, each protocol in its own way. */
export async function replaceError(response: UniversalServerResponse, replace: Replace): Promise<UniversalServerResponse> {
  const { body } = response;
  if (body === undefined) {
    return response;
  }
  const type = response.header?.get("content-type") ?? "";
  if (type.startsWith("application/grpc-web")) {
    return { ...response, body: mapEndEnvelope(body, trailerFlag, (data) => replaceInWebTrailer(data, replace)) };
  }
  if (type.startsWith("application/grpc")) {
    return { ...response, body: replaceInTrailerAfter(body, response.trailer, replace) };
  }
  if (type.startsWith("application/connect+")) {
    return { ...response, body: mapEndEnvelope(body, endStreamFlag, (data) => replaceInEndStream(data, replace)) };
  }
  return response.status === 200 ? response : replaceInUnary(response, replace);
}

async function* replaceInTrailerAfter(
  body: AsyncIterable<Uint8Array>,
  trailer: Headers | undefined,
  replace: Replace,
): AsyncGenerator<Uint8Array> {
  yield* body;
  if (trailer !== undefined) {
    replaceInTrailer(trailer, replace);
  }
}

function replaceInTrailer(trailer: Headers, replace: Replace): void {
  const error = findTrailerError(trailer);
  const replaced = error && replace(error);
  if (replaced !== error) {
    setTrailerStatus(trailer, replaced);
  }
}

function replaceInWebTrailer(data: Uint8Array, replace: Replace): Uint8Array {
  const trailer = trailerParse(data);
  replaceInTrailer(trailer, replace);
  return trailerSerialize(trailer);
}

const endStreams = createEndStreamSerialization(undefined);

function replaceInEndStream(data: Uint8Array, replace: Replace): Uint8Array {
  const { metadata, error } = endStreamFromJson(data);
  const replaced = error && replace(error);
  return replaced === error ? data : endStreams.serialize({ metadata, ...(replaced && { error: replaced }) });
}

async function replaceInUnary(response: UniversalServerResponse, replace: Replace): Promise<UniversalServerResponse> {
  const header = new Headers(response.header);
  const body = await bytesOf(response.body);
  const json = header.get("content-encoding") === "gzip" ? gunzipSync(body) : body;
  const error = errorFromJsonBytes(json, undefined, new ConnectError("unreadable error", Code.Unknown));
  const replaced = replace(error);
  if (replaced === error) {
    return { ...response, body: bodyOf(body) };
  }
  header.delete("content-encoding");
  return jsonError(codeToHttpStatus(replaced.code), replaced, header);
}

async function bytesOf(body: UniversalServerResponse["body"]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) {
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** An envelope of gRPC-Web or Connect: a byte of flags, four of length, the data. */
const PREFIX_BYTES = 5;
const COMPRESSED_FLAG = 1;

/** Passes envelopes on, and replaces the data of the one that has the end flag. Connect yields one envelope at a time. */
async function* mapEndEnvelope(
  body: AsyncIterable<Uint8Array>,
  endFlag: number,
  replaceData: (data: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  for await (const envelope of body) {
    const flags = envelope[0] ?? 0;
    if ((flags & endFlag) === 0) {
      yield envelope;
      continue;
    }
    const sent = envelope.subarray(PREFIX_BYTES);
    const data = replaceData((flags & COMPRESSED_FLAG) === 0 ? sent : gunzipSync(sent));
    const head = Buffer.alloc(PREFIX_BYTES);
    head.writeUInt8(endFlag, 0);
    head.writeUInt32BE(data.byteLength, 1);
    yield Buffer.concat([head, data]);
  }
}
