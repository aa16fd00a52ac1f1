import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { Instant, isTree, Json, type JsonTree, Mask, type Tree, type TreeValue } from "./tree.ts";

/** The tree as protobuf. Lone surrogates become the three bytes that are not UTF-8. */
export function toBinary(message: DescMessage, tree: Tree): Buffer {
  return Buffer.concat(
    message.fields.flatMap((field) => {
      const value = tree[field.name];
      return value === undefined ? [] : (Array.isArray(value) ? value : [value]).map((item) => fieldBytes(field, item));
    }),
  );
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

function fieldBytes(field: DescField, value: TreeValue): Buffer {
  const { number } = field;
  if (isTree(value))
    return delimited(number, field.message === undefined ? Buffer.alloc(0) : toBinary(field.message, value));
  if (value instanceof Instant) {
    return delimited(number, Buffer.concat([varintField(1, value.seconds), varintField(2, BigInt(value.nanos))]));
  }
  if (value instanceof Mask) return delimited(number, Buffer.concat(value.paths.map((path) => delimited(1, utf8(path)))));
  if (value instanceof Json) return delimited(number, structBytes(value.value));
  if (typeof value === "string") return delimited(number, utf8(value));
  if (field.scalar === ScalarType.DOUBLE) return doubleField(number, Number(value));
  return varintField(number, typeof value === "bigint" ? value : BigInt(Math.trunc(Number(value)) || 0));
}

/** A google.protobuf.Struct. A value that is no object has no fields. */
function structBytes(value: JsonTree): Buffer {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return Buffer.alloc(0);
  return Buffer.concat(
    Object.entries(value).map(([key, item]) =>
      delimited(1, Buffer.concat([delimited(1, utf8(key)), delimited(2, valueBytes(item))])),
    ),
  );
}

/** A google.protobuf.Value. */
function valueBytes(value: JsonTree): Buffer {
  if (value === null) return varintField(1, 0n);
  if (typeof value === "number") return doubleField(2, value);
  if (typeof value === "string") return delimited(3, utf8(value));
  if (typeof value === "boolean") return varintField(4, value ? 1n : 0n);
  if (Array.isArray(value)) return delimited(6, Buffer.concat(value.map((item) => delimited(1, valueBytes(item)))));
  return delimited(5, structBytes(value));
}

export function delimited(number: number, data: Uint8Array): Buffer {
  return Buffer.concat([varint(BigInt((number << 3) | DELIMITED)), varint(BigInt(data.length)), data]);
}

function varintField(number: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt((number << 3) | VARINT)), varint(BigInt.asUintN(64, value))]);
}

function doubleField(number: number, value: number): Buffer {
  const data = Buffer.alloc(9);
  data.writeUInt8((number << 3) | FIXED64, 0);
  data.writeDoubleLE(value, 1);
  return data;
}

/** A field that no message has, of some kind. */
export function unknownField(number: number, isFixed: boolean): Buffer {
  return isFixed
    ? Buffer.concat([varint(BigInt((number << 3) | FIXED32)), Buffer.alloc(4, 0xff)])
    : varintField(number, 2n ** 64n - 1n);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const low = Number(rest & 0x7fn);
    if (rest < 0x80n) return Buffer.from([...bytes, low]);
    bytes.push(low | 0x80);
  }
}

/** Lone surrogates are encoded as if they were characters: what JavaScript's own encoder never does. */
function utf8(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  return Buffer.concat(
    [...text].map((character) => {
      const code = character.codePointAt(0) ?? 0;
      const isSurrogate = code >= 0xd800 && code <= 0xdfff;
      return isSurrogate
        ? Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)])
        : Buffer.from(character);
    }),
  );
}
