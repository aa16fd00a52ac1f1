import { connect, type IncomingHttpHeaders } from "node:http2";
import { BinaryReader } from "@bufbuild/protobuf/wire";

export interface Answer {
  readonly body: Buffer;
  /** Of the response, and its trailers. */
  readonly headers: IncomingHttpHeaders;
}

/** Posts bodies one after the other on one connection. */
export async function* postAll(
  url: string,
  headers: Readonly<Record<string, string>>,
  bodies: Iterable<Uint8Array>,
): AsyncGenerator<Answer> {
  const { origin, pathname } = new URL(url);
  const session = connect(origin);
  try {
    for (const body of bodies) {
      const stream = session.request({ ":method": "POST", ":path": pathname, ...headers });
      const received: IncomingHttpHeaders = {};
      stream.on("response", (head) => Object.assign(received, head));
      stream.on("trailers", (trailers) => Object.assign(received, trailers));
      stream.end(body);
      const parts = await Array.fromAsync(stream, (part: Buffer) => part);
      yield { body: Buffer.concat(parts), headers: received };
    }
  } finally {
    session.close();
  }
}

/** The messages in a body of gRPC. */
export function* envelopes(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; ) {
    const end = at + PREFIX_BYTES + body.readUInt32BE(at + 1);
    yield body.subarray(at + PREFIX_BYTES, end);
    at = end;
  }
}

/** A message as gRPC sends it. */
export function envelope(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

const PREFIX_BYTES = 5;
const USERS_FIELD = 1;

/** How many users are in a message of ListUsersChunked: its first field. They are not decoded. */
export function countUsers(message: Uint8Array): number {
  const reader = new BinaryReader(message);
  let count = 0;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    reader.skip(type, field);
    count += field === USERS_FIELD ? 1 : 0;
  }
  return count;
}
