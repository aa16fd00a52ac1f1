import type { OutgoingHttpHeaders } from "node:http";
import type { IncomingHttpHeaders, ServerHttp2Stream, ServerStreamResponseOptions } from "node:http2";
import { gzip } from "node:zlib";

/** Of requests: grpc-js unpacks them. */
export const COMPRESSIONS: readonly string[] = ["gzip", "deflate", "identity"];

/** As on the HTTP port: smaller ones gain nothing. */
const MIN_BYTES = 1024;
const PREFIX = 5;

/** As grpc-js uses a stream: one write is one message with its prefix, and the next comes after the callback. */
interface Answering {
  respond(headers: OutgoingHttpHeaders, options?: ServerStreamResponseOptions): void;
  write(envelope: Buffer, done: (error?: Error | null) => void): boolean;
}

/**
 * Compresses large answers to those who compress their requests, as other gRPC servers do; grpc-js does not. Nearly every
 * client accepts gzip without being asked, and between services bandwidth is cheaper than time.
 */
export function compressAnswers(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  if (headers["grpc-encoding"] !== "gzip") {
    return;
  }
  const answering: Answering = stream;
  const { respond, write } = answering;
  answering.respond = (answer, options) => respond.call(stream, { ...answer, "grpc-encoding": "gzip" }, options);
  answering.write = (envelope, done) => {
    if (envelope.length < PREFIX + MIN_BYTES) {
      return write.call(stream, envelope, done);
    }
    gzip(envelope.subarray(PREFIX), (error, data) => {
      // Its deadline may have passed meanwhile.
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
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt8(1, 0);
  prefix.writeUInt32BE(data.length, 1);
  return Buffer.concat([prefix, data]);
}
