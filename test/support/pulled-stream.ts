import type { OutgoingHttpHeaders } from "node:http";
import { connect, type IncomingHttpHeaders } from "node:http2";
import {
  create,
  type DescMessage,
  type DescMethodServerStreaming,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { expect, onTestFinished } from "vitest";
import { grpcPortOf } from "./clients.ts";

/** Both ports speak gRPC. */
export const GRPC_PORTS = ["the HTTP port", "the gRPC port"] as const;

export interface PulledStream<O extends DescMessage> {
  next(): Promise<MessageShape<O>>;
  /** Reads on to the end. */
  rest(): Promise<{ readonly messages: readonly MessageShape<O>[]; readonly error: ConnectError | undefined }>;
  /** As `rest`, when it is only the error that matters. */
  error(): Promise<ConnectError | undefined>;
  hangUp(): void;
}

/** Bytes that the server may send before the test asks for them. */
const WINDOW = 64 * 1024;
/** A flag and a length. */
const PREFIX = 5;

/**
 * A gRPC stream of which no more is read than the test asks for: beyond the window, the rest stays with the server. Libraries' clients
 * read ahead, however slowly their messages are taken. It is hung up when the test ends, at the latest.
 */
export function openPulledStream<I extends DescMessage, O extends DescMessage>(
  { url, secret }: { readonly url: string; readonly secret: string },
  port: (typeof GRPC_PORTS)[number],
  method: DescMethodServerStreaming<I, O>,
  request: MessageInitShape<I>,
  metadata: OutgoingHttpHeaders = {},
): PulledStream<O> {
  const settings = { initialWindowSize: WINDOW };
  const session = connect(port === "the gRPC port" ? grpcPortOf(url) : url, { settings });
  const hangUp = () => session.destroy();
  onTestFinished(hangUp);
  const path = `/${method.parent.typeName}/${method.name}`;
  const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", "x-api-key": secret, ...metadata };
  const stream = session.request(headers, { endStream: false });
  stream.end(encodeEnvelope(0, toBinary(method.input, create(method.input, request))));
  let trailer: IncomingHttpHeaders = {};
  stream.once("trailers", (received) => {
    trailer = received;
  });
  const incoming = readMessages(stream);
  const rest = async () => {
    const messages = (await Array.fromAsync(incoming)).map((bytes) => fromBinary(method.output, bytes));
    return { messages, error: findTrailerError(toHeaders(trailer)) };
  };
  return {
    async next() {
      const { value, done } = await incoming.next();
      return done === true ? expect.fail("the stream has ended") : fromBinary(method.output, value);
    },
    rest,
    error: async () => (await rest()).error,
    hangUp,
  };
}

async function* readMessages(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  let unread: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    unread = Buffer.concat([unread, chunk]);
    for (let end = endOfMessage(unread); end <= unread.length; end = endOfMessage(unread)) {
      yield unread.subarray(PREFIX, end);
      unread = unread.subarray(end);
    }
  }
  return undefined;
}

function endOfMessage(bytes: Buffer): number {
  return bytes.length < PREFIX ? Number.POSITIVE_INFINITY : PREFIX + bytes.readUInt32BE(1);
}

function toHeaders(headers: IncomingHttpHeaders): Headers {
  return new Headers(Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]));
}
