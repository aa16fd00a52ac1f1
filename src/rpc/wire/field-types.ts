import type { JsonObject as JsonMessage } from "@bufbuild/protobuf";
import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { Micros } from "../../directory/values/clock.ts";
import type { JsonObject } from "../../directory/values/json.ts";
import { nameOf } from "./enums.ts";
import { parseTimestamp, secondsAndNanos, toTimestamp } from "./time.ts";
import { writeStruct } from "./write-struct.ts";

/** How values of one type go out: as a field of a message, and as a field in binary. */
export interface OutputType<V, M> {
  toMessage(value: V): M;
  /** The very bytes that `toBinary` makes of the field, with its tag. */
  write(writer: BinaryWriter, fieldNumber: number, value: V): void;
}

/** And how they come in. */
export interface InputType<V, M> extends OutputType<V, M> {
  /** Undefined: the message has no value there. */
  parse(given: M): V | undefined;
}

export const TEXT: InputType<string, string> = {
  toMessage: (text) => text,
  parse: (text) => text,
  write(writer, fieldNumber, text) {
    writer.tag(fieldNumber, WireType.LengthDelimited).string(text);
  },
};

export const BOOL: InputType<boolean, boolean> = {
  toMessage: (value) => value,
  parse: (value) => value,
  write(writer, fieldNumber, value) {
    writer.tag(fieldNumber, WireType.Varint).bool(value);
  },
};

export const INT64: OutputType<number, bigint> = {
  toMessage: BigInt,
  write(writer, fieldNumber, value) {
    writeInt64(writer.tag(fieldNumber, WireType.Varint), value);
  },
};

export const STRUCT: InputType<JsonObject, JsonMessage> = {
  // The types differ in `readonly` alone.
  toMessage: (struct) => struct as JsonMessage,
  parse: (struct) => struct,
  write(writer, fieldNumber, struct) {
    writer.tag(fieldNumber, WireType.LengthDelimited).fork();
    writeStruct(writer, struct);
    writer.join();
  },
};

const TIMESTAMP = TimestampSchema.field;

export const TIME: OutputType<Micros, Timestamp> = {
  toMessage: toTimestamp,
  write(writer, fieldNumber, time) {
    const { seconds, nanos } = secondsAndNanos(time);
    writer.tag(fieldNumber, WireType.LengthDelimited).fork();
    // Zeros are left out.
    if (seconds !== 0) writeInt64(writer.tag(TIMESTAMP.seconds.number, WireType.Varint), seconds);
    if (nanos !== 0) writer.tag(TIMESTAMP.nanos.number, WireType.Varint).int32(nanos);
    writer.join();
  },
};

/** A time in requests. `parse` throws FIELD_INVALID, naming the field, for what is out of the range of a Timestamp. */
export function timeType(field: string): InputType<Micros, Timestamp> {
  return { ...TIME, parse: (given) => parseTimestamp(given, field) };
}

/** An enum whose value 0 means that nothing is given. */
export function enumType<K extends string, M extends number>(values: Readonly<Record<K, M>>): InputType<K, M> {
  return {
    toMessage: (name) => values[name],
    parse: (value) => (value === 0 ? undefined : nameOf(values, value)),
    write(writer, fieldNumber, name) {
      writer.tag(fieldNumber, WireType.Varint).int32(values[name]);
    },
  };
}

/** Most numbers are small: those need no bigint. */
function writeInt64(writer: BinaryWriter, value: number): void {
  if (value >= 0 && value < 2 ** 32) {
    writer.uint32(value);
  } else {
    writer.int64(value);
  }
}
