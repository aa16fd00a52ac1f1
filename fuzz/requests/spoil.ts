import type { Random } from "../../test/server/random.ts";
import { some } from "./filters.ts";
import {
  CONTENT_TYPES,
  ENCODING_HEADERS,
  ENCODINGS,
  FLAGS,
  LENGTHS,
  NOT_UTF8,
  ODD_HEADERS,
  ODD_KEYS,
  ODD_PATHS,
  ODD_VALUES,
  QUERIES,
  TIMEOUT_HEADERS,
  TIMEOUTS,
  VERBS,
} from "./odd-values.ts";
import type { Shot } from "./shot.ts";
import { unknownField } from "./to-binary.ts";

type Spoiler = (shot: Shot, random: Random) => Partial<Shot>;

/** What is done to requests that were right. */
const BODY_SPOILERS: Readonly<Record<string, Spoiler>> = {
  "bits flipped": ({ body }, random) => ({ body: flipped(body, random) }),
  "cut off": ({ body }, random) => ({ body: body.subarray(0, random.below(body.length + 1)) }),
  "bytes put in": ({ body }, random) => {
    const at = random.below(body.length + 1);
    return { body: Buffer.concat([body.subarray(0, at), someBytes(random), body.subarray(at)]) };
  },
  "a part sent twice": ({ body }, random) => {
    const [from, to] = [random.below(body.length + 1), random.below(body.length + 1)];
    return { body: Buffer.concat([body.subarray(0, Math.max(from, to)), body.subarray(Math.min(from, to))]) };
  },
  "sent twice": ({ body }) => ({ body: Buffer.concat([body, body]) }),
  "another length in the envelope": ({ body }, random) => ({ body: withPrefix(body, body[0] ?? 0, random.pick(LENGTHS)) }),
  "other flags of the envelope": ({ body }, random) => ({
    body: withPrefix(body, random.pick(FLAGS), Math.max(0, body.length - PREFIX_BYTES)),
  }),
  "no UTF-8": ({ body }, random) => ({ body: withBytes(body, random.pick(NOT_UTF8), random) }),
  "an unknown field": ({ body }, random) => ({
    body: Buffer.concat([body, unknownField(1_000 + random.below(9), random.chance(0.5))]),
  }),
  "deep nesting": ({ headers }, random) => ({ body: enveloped(headers, deep(random)) }),
  "no body": () => ({ body: Buffer.alloc(0) }),
  "nothing but noise": (_, random) => ({
    body: Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256))),
  }),
};

const HEAD_SPOILERS: Readonly<Record<string, Spoiler>> = {
  "another content type": ({ headers }, random) => ({
    headers: changed(headers, "content-type", random.pick(CONTENT_TYPES)),
  }),
  "no content type": ({ headers }) => ({ headers: headers.filter(([name]) => name !== "content-type") }),
  "a compression that it has not": ({ headers }, random) => ({
    headers: [...headers, [random.pick(ENCODING_HEADERS), random.pick(ENCODINGS)]],
  }),
  "a bad deadline": ({ headers }, random) => ({
    headers: [...headers, [random.pick(TIMEOUT_HEADERS), random.pick(TIMEOUTS)]],
  }),
  "a header twice": ({ headers }, random) => {
    const [twice] = headers.slice(random.below(headers.length));
    return { headers: twice === undefined ? headers : [...headers, twice] };
  },
  "a header twice, with another value": ({ headers }, random) => {
    const [name = "x-api-key"] = headers[random.below(headers.length)] ?? [];
    return { headers: [...headers, [name, random.pick(ODD_VALUES)]] };
  },
  "an odd key": ({ headers }, random) => ({
    headers: [...headers.filter(([name]) => name !== "authorization"), random.pick(ODD_KEYS)],
  }),
  "an odd header": ({ headers }, random) => ({ headers: [...headers, [random.pick(ODD_HEADERS), random.pick(ODD_VALUES)]] }),
  "another verb": (_, random) => ({ verb: random.pick(VERBS) }),
  "another path": ({ path }, random) => ({ path: random.pick(some([...ODD_PATHS, flippedText(path, random)])) }),
  "an odd query": ({ path }, random) => ({ path: `${path}${path.includes("?") ? "&" : "?"}${random.pick(QUERIES)}` }),
  "a spoilt query": ({ path }, random) => ({ path: flippedText(path, random) }),
};

const SPOILERS = some([...Object.entries(BODY_SPOILERS), ...Object.entries(HEAD_SPOILERS)]);

/** The request with one or two things done to it. */
export function spoil(shot: Shot, random: Random): Shot {
  const times = random.chance(0.7) ? 1 : 2;
  return Array.from({ length: times }).reduce<Shot>((spoilt) => {
    const [name, spoiler] = random.pick(SPOILERS);
    return { ...spoilt, ...spoiler(spoilt, random), spoilt: [spoilt.spoilt, name].filter(Boolean).join(", ") };
  }, shot);
}

const PREFIX_BYTES = 5;

function flipped(body: Buffer, random: Random): Buffer {
  const copy = Buffer.from(body);
  for (let times = 1 + random.below(4); times > 0 && copy.length > 0; times--) {
    const at = random.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  }
  return copy;
}

/** One character is another that can stand in the target of a request. */
function flippedText(text: string, random: Random): string {
  const at = 1 + random.below(Math.max(1, text.length - 1));
  return text.slice(0, at) + random.pick(["%", "?", "&", "=", "a", ".", "/", "%ff", "#", "+"]) + text.slice(at + 1);
}

function someBytes(random: Random): Buffer {
  return Buffer.from(
    Array.from({ length: 1 + random.below(12) }, () =>
      random.pick([0, 0xff, 0x7f, 0x80, 0x22, 0x5c, 0x0a, random.below(256)]),
    ),
  );
}

function withBytes(body: Buffer, hex: string, random: Random): Buffer {
  const [bytes, at] = [Buffer.from(hex, "hex"), random.below(body.length + 1)];
  return Buffer.concat([body.subarray(0, at), bytes, body.subarray(Math.min(body.length, at + bytes.length))]);
}

function withPrefix(body: Buffer, flags: number, length: number): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt8(flags, 0);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, body.subarray(PREFIX_BYTES)]);
}

function enveloped(headers: Shot["headers"], data: Buffer): Buffer {
  const [, type = ""] = headers.find(([name]) => name === "content-type") ?? [];
  return /grpc|connect/.test(type) ? withPrefix(Buffer.concat([Buffer.alloc(PREFIX_BYTES), data]), 0, data.length) : data;
}

/** Ten thousand levels: of JSON, or of messages inside messages. */
function deep(random: Random): Buffer {
  const levels = 10_000;
  if (random.chance(0.3)) return Buffer.from("[".repeat(levels));
  if (random.chance(0.5))
    return Buffer.from(`${'{"user":{"metadata":{"a":'.padEnd(25)}${'{"a":'.repeat(levels)}1${"}".repeat(levels + 3)}`);
  // Groups: each byte opens one more.
  return Buffer.alloc(levels, random.pick([0x1b, 0x0b, 0x13]));
}

function changed(headers: Shot["headers"], name: string, value: string): Shot["headers"] {
  return [...headers.filter(([other]) => other !== name), [name, value]];
}
