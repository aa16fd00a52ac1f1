import type { ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { codeToHttpStatus, errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import { compressionGzip } from "@connectrpc/connect-node";
import type { Response } from "../request-response.ts";
import type { Format } from "./format.ts";

/** What is shorter is not compressed. */
export const COMPRESS_MIN_BYTES = 1024;

type Outcome = { readonly bytes: Uint8Array } | { readonly error: ConnectError };

/** An answer as it goes over the wire. */
interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  readonly trailers?: Record<string, string>;
}

/** Writes a message, or an error, as the protocol has it. */
export async function writeAnswer(
  response: Response,
  format: Format,
  header: ReadonlyMap<string, string>,
  outcome: Outcome,
): Promise<void> {
  const toAnswer = format.protocol === "connect" ? connectAnswer : grpcAnswer;
  const { status, headers, body, trailers } = await toAnswer(format, outcome);
  response.writeHead(status, { ...Object.fromEntries(header), ...headers });
  if (trailers !== undefined) response.addTrailers(trailers);
  response.end(body);
}

async function connectAnswer({ contentType, gzip }: Format, outcome: Outcome): Promise<Answer> {
  const failed = "error" in outcome;
  const bytes = failed ? errorToJsonBytes(outcome.error, undefined) : outcome.bytes;
  const compressed = gzip && bytes.length >= COMPRESS_MIN_BYTES;
  const body = compressed ? await compressionGzip.compress(bytes) : bytes;
  return {
    status: failed ? codeToHttpStatus(outcome.error.code) : 200,
    headers: {
      "content-type": failed ? "application/json" : contentType,
      "content-length": String(body.length),
      ...(compressed && { "content-encoding": "gzip" }),
    },
    body,
  };
}

async function grpcAnswer({ protocol, contentType, gzip }: Format, outcome: Outcome): Promise<Answer> {
  const headers = { "content-type": contentType, ...(gzip && { "grpc-encoding": "gzip" }) };
  const message = "bytes" in outcome ? await messageEnvelope(outcome.bytes, gzip) : NOTHING;
  const status = "bytes" in outcome ? undefined : setTrailerStatus(new Headers(), outcome.error);
  if (protocol === "grpc") {
    return { status: 200, headers, body: message, trailers: status === undefined ? OK : Object.fromEntries(status) };
  }
  const trailer = status === undefined ? WEB_OK : encodeEnvelope(trailerFlag, trailerSerialize(status));
  return { status: 200, headers, body: Buffer.concat([message, trailer]) };
}

async function messageEnvelope(bytes: Uint8Array, gzip: boolean): Promise<Uint8Array> {
  return gzip && bytes.length >= COMPRESS_MIN_BYTES
    ? encodeEnvelope(COMPRESSED_FLAG, await compressionGzip.compress(bytes))
    : encodeEnvelope(0, bytes);
}

const NOTHING = Buffer.alloc(0);
const COMPRESSED_FLAG = 1;
const PREFIX_BYTES = 5;

const OK = { "grpc-status": "0" };
const WEB_OK = encodeEnvelope(trailerFlag, trailerSerialize(new Headers(OK)));

/** The message of a request of gRPC. Undefined: it is not one message that is not compressed. */
export function openEnvelope(body: Buffer): Buffer | undefined {
  const whole = body.length >= PREFIX_BYTES && body[0] === 0 && body.readUInt32BE(1) === body.length - PREFIX_BYTES;
  return whole ? body.subarray(PREFIX_BYTES) : undefined;
}
