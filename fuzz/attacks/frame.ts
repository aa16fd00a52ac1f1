export const DATA = 0;
export const HEADERS = 1;
export const PRIORITY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

export const END_STREAM = 1;
export const END_HEADERS = 4;

export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** A frame of HTTP/2, as it is: nothing keeps it from being wrong. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.from([0, 0, 0, type, flags, 0, 0, 0, 0]);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const INITIAL_WINDOW_SIZE = 4;

/** Settings; with a window: of so many bytes for each stream. */
export function settings(initialWindow?: number): Buffer {
  if (initialWindow === undefined) return frame(SETTINGS, 0, 0);
  return frame(SETTINGS, 0, 0, Buffer.concat([Buffer.from([0, INITIAL_WINDOW_SIZE]), uint32(initialWindow)]));
}

/** Headers in HPACK's literal form: no tables, no compression. */
export function headerBlock(headers: ReadonlyArray<readonly [string, string]>): Buffer {
  return Buffer.concat(headers.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

/** One large header that is put into the table, and then named again, by a byte each time. */
export function headerBomb(bytes: number, times: number): Buffer {
  const entered = Buffer.concat([Buffer.from([0x40]), text("bomb"), text("x".repeat(bytes))]);
  return Buffer.concat([entered, Buffer.alloc(times, 0x80 | FIRST_OF_TABLE)]);
}

const FIRST_OF_TABLE = 62;
const SEVEN_BITS = 0x7f;

function text(value: string): Buffer {
  return Buffer.concat([integer(value.length), Buffer.from(value, "latin1")]);
}

/** With a prefix of seven bits. */
function integer(value: number): Buffer {
  if (value < SEVEN_BITS) return Buffer.from([value]);
  const bytes = [SEVEN_BITS];
  let rest = value - SEVEN_BITS;
  for (; rest >= 0x80; rest >>= 7) bytes.push((rest & SEVEN_BITS) | 0x80);
  return Buffer.from([...bytes, rest]);
}
