import type { OutgoingHttpHeaders } from "node:http";
import type { IncomingHttpHeaders, ServerHttp2Stream, ServerStreamResponseOptions } from "node:http2";
import { gzip } from "node:zlib";

/** Those that grpc-js can decompress in requests. */
export const COMPRESSIONS: readonly string[] = ["gzip", "deflate", "identity"];

/** Smaller messages are not compressed, as on the HTTP port: they gain nothing. */
const MIN_BYTES = 1024;
/** Of a message of gRPC: a byte that says whether it is compressed, four of length. */
const PREFIX_BYTES = 5;

/** How grpc-js writes: one call of `write` for each message with its prefix, the next one after the callback. */
interface ResponseStream {
  respond(headers: OutgoingHttpHeaders, options?: ServerStreamResponseOptions): void;
  write(envelope: Buffer, done: (error?: Error | null) => void): boolean;
}

/**
 * Compresses large messages for callers who compress their requests, as other gRPC servers do; grpc-js does not. That a client accepts
 * gzip is no reason: nearly every client does, and between services bandwidth is cheaper than time.
 */
export function compressResponses(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  if (headers["grpc-encoding"] !== "gzip") {
    return;
  }
  const wrapped: ResponseStream = stream;
  const { respond, write } = wrapped;
  wrapped.respond = (response, options) => respond.call(stream, { ...response, "grpc-encoding": "gzip" }, options);
  wrapped.write = (envelope, done) => {
    if (envelope.length < PREFIX_BYTES + MIN_BYTES) {
      return write.call(stream, envelope, done);
    }
    gzip(envelope.subarray(PREFIX_BYTES), (error, data) => {
      // The deadline of the call may have passed meanwhile.
      if (error !== null || stream.writableEnded || stream.destroyed) {
        done(error ?? new Error("the call has ended"));
      } else {
        write.call(stream, compressedEnvelope(data), done);
      }
    });
    return true;
  };
}

function compressedEnvelope(data: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt8(1, 0);
  prefix.writeUInt32BE(data.length, 1);
  return Buffer.concat([prefix, data]);
}
