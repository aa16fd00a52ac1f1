import { gunzipSync } from "node:zlib";

export interface Envelope {
  readonly flags: number;
  readonly data: Buffer;
}

const PREFIX_BYTES = 5;
const COMPRESSED = 1;

/** Undefined: the body is no sequence of whole envelopes. */
export function toEnvelopes(body: Buffer): Envelope[] | undefined {
  const envelopes: Envelope[] = [];
  for (let start = 0; start < body.length; ) {
    if (body.length < start + PREFIX_BYTES) return undefined;
    const flags = body.readUInt8(start);
    const end = start + PREFIX_BYTES + body.readUInt32BE(start + 1);
    if (body.length < end) return undefined;
    const data = body.subarray(start + PREFIX_BYTES, end);
    envelopes.push({ flags, data: (flags & COMPRESSED) === 0 ? data : gunzipSync(data) });
    start = end;
  }
  return envelopes;
}
