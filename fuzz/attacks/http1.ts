import { gzipSync } from "node:zlib";
import type { Random } from "../../test/server/random.ts";
import type { Attack, Field } from "./attack.ts";
import { Line } from "./line.ts";

const CHUNKED =
  "POST /roster.v1.UserService/ListUsers HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";

/** Of HTTP/1.1; the gRPC port gets them, too. */
export const HTTP1_ATTACKS: Readonly<Record<string, Attack>> = {
  "HTTP/1.1 garbage": repeat(({ random }) => garbage(random)),
  "HTTP/1.1 requests in a row, answers not read": repeat(() => Buffer.from(GET.repeat(200)), { deaf: true, keep: true }),
  "HTTP/1.1 chunks of one byte": repeat(() => Buffer.from("1\r\nx\r\n".repeat(500)), { first: CHUNKED, keep: true }),
  "HTTP/1.1 headers without end": repeat(() => Buffer.from("a: b\r\n".repeat(200)), {
    first: "POST / HTTP/1.1\r\nhost: x\r\n",
    keep: true,
  }),
  "messages that unpack to megabytes": repeat(({ secret }) => bomb(secret), { keep: true }),
};

const GET = "GET /livez HTTP/1.1\r\nhost: x\r\n\r\n";
const PIECES = [
  "GET / HTTP/1.1\r\n",
  "POST /roster.v1.UserService/GetUser HTTP/1.1\r\n",
  "POST * HTTP/9.9\r\n",
  "host: x\r\n",
  "content-length: 5\r\n",
  "content-length: -1\r\n",
  "content-length: 99999999999999999999\r\n",
  "transfer-encoding: chunked\r\n",
  "transfer-encoding: chunked, identity\r\n",
  "connection: upgrade\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n",
  "expect: 100-continue\r\n",
  "expect: 200-ok\r\n",
  " folded\r\n",
  "no colon\r\n",
  "x: \0\r\n",
  "content-type: application/json\r\n",
  "\r\n",
  "\r\n\r\n",
  "\n\n",
  "ffffffffffffffff\r\n",
  "5\r\nhello\r\n0\r\n\r\n",
  "{}",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "\x16\x03\x01\x02\x00",
  "\xff\xfe\xfd",
] as const;

function garbage(random: Random): Buffer {
  const pieces = Array.from({ length: 1 + random.below(8) }, () => random.pick(PIECES));
  return Buffer.from(pieces.join(""), "latin1");
}

const BOMB = gzipSync(Buffer.alloc(15_000_000, " "));

function bomb(secret: string): Buffer {
  const head = [
    "POST /roster.v1.UserService/ListUsers HTTP/1.1",
    "host: x",
    "content-type: application/json",
    "content-encoding: gzip",
    `authorization: Bearer ${secret}`,
    `content-length: ${BOMB.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), BOMB]);
}

interface RepeatOptions {
  readonly first?: string;
  readonly deaf?: boolean;
  /** One after the other on the same connection. */
  readonly keep?: boolean;
}

const LINES = 4;

function repeat(next: (field: Field) => Buffer, { first = "", deaf = false, keep = false }: RepeatOptions = {}): Attack {
  const one = async (field: Field) => {
    while (!field.signal.aborted) {
      const line = await Line.open(field, { deaf });
      await line?.send(Buffer.from(first));
      do await line?.send(next(field));
      while (keep && line?.isOpen === true && !field.signal.aborted);
      // What a reset connection has sent may never be read.
      if (!keep) await line?.finish();
      line?.close();
    }
  };
  return async (field) => void (await Promise.all(Array.from({ length: LINES }, () => one(field))));
}
