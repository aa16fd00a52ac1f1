import { Code, ConnectError } from "@connectrpc/connect";

/** Of the Connect protocol: flags, a length in four bytes, and so many bytes. */
const HEAD_BYTES = 5;
const COMPRESSED = 0b01;
const END = 0b10;

export interface Frame {
  /** Whether it says how the stream has ended. Otherwise it is a message. */
  readonly isEnd: boolean;
  readonly data: Uint8Array;
}

export function envelope(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + message.length);
  new DataView(bytes.buffer).setUint32(1, message.length);
  bytes.set(message, HEAD_BYTES);
  return bytes;
}

/** The frames of a body, each as soon as it is whole. */
export async function* frames(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Frame, void> {
  const reader = body?.getReader();
  let parts: Uint8Array[] = [];
  let [size, needed] = [0, HEAD_BYTES];
  for (;;) {
    const part = await reader?.read();
    if (part?.value === undefined) break;
    parts.push(part.value);
    size += part.value.length;
    if (size < needed) continue;
    let rest: Uint8Array = concat(parts);
    for (needed = sizeOf(rest); rest.length >= needed; needed = sizeOf(rest)) {
      yield toFrame(rest.subarray(0, needed));
      rest = rest.subarray(needed);
    }
    parts = [rest];
    size = rest.length;
  }
  if (size > 0) throw new ConnectError("the stream was cut off in the midst of a message", Code.Unavailable);
}

/** How many bytes the first frame takes, as far as can be told. */
function sizeOf(bytes: Uint8Array): number {
  if (bytes.length < HEAD_BYTES) return HEAD_BYTES;
  return HEAD_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
}

function toFrame(bytes: Uint8Array): Frame {
  const [flags = 0] = bytes;
  if (flags & COMPRESSED) throw new ConnectError("a compressed message, which was not asked for", Code.Internal);
  return { isEnd: (flags & END) !== 0, data: bytes.subarray(HEAD_BYTES) };
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
