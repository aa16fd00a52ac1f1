import { randomFillSync } from "node:crypto";

/** What an id names: the first letter says it. */
export type IdPrefix = "U" | "K" | "A" | "S" | "P";

/** Mints ids. Those of one source rise, byte by byte, in the order they were minted. */
export type IdSource = (prefix: IdPrefix) => string;

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SEQUENCE_END = 1 << 12;

/**
 * A source of ids made of a prefix and the 26 Crockford base32 characters of a UUIDv7 (RFC 9562, section 5.7). Its rand_a
 * counts within a millisecond (section 6.2, method 1); when the count is used up, time is borrowed from the next.
 * `now` gives milliseconds since 1970.
 */
export function createIdSource(now: () => number = Date.now): IdSource {
  let time = 0;
  let sequence = 0;
  return (prefix) => {
    sequence += 1;
    if (now() > time || sequence === SEQUENCE_END) {
      time = Math.max(now(), time + 1);
      sequence = 0;
    }
    return prefix + encode(uuidV7(time, sequence));
  };
}

/** Random bytes in store: asking the machine for many costs hardly more than asking for a few. */
const pool = Buffer.allocUnsafe(4096);
let used = pool.length;

function takeRandom(count: number): Uint8Array {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}

function uuidV7(time: number, sequence: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(16);
  bytes.set(takeRandom(8), 8);
  bytes.writeUIntBE(time, 0, 6);
  bytes.writeUInt16BE(0x7000 | sequence, 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return bytes;
}

function encode(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let rest = 0;
  for (const byte of bytes.toReversed()) {
    rest |= byte << bits;
    for (bits += 8; bits >= 5; bits -= 5, rest >>>= 5) {
      text = CROCKFORD.charAt(rest & 31) + text;
    }
  }
  return CROCKFORD.charAt(rest) + text;
}
