import { type DescField, type DescMessage, type Message, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { writeBytes } from "./reused-writer.ts";

type UnknownField = NonNullable<Message["$unknown"]>[number];

/**
 * Sets a field of a message to values that are encoded already: any number for a repeated field, else one. They are sent as they are,
 * as an unknown field: only binary codecs send those, and code that reads the message here does not see them.
 */
export function setPreEncodedField(message: Message, { number }: DescField, members: readonly Uint8Array[]): void {
  if (members.length > 0) {
    message.$unknown = [new PreEncodedField(number, members)];
  }
}

/** Encodes the message as `toBinary` does, but copies a pre-encoded field once instead of three times. */
export function encodeWithPreEncodedField<D extends DescMessage>(schema: D, message: MessageShape<D>): Uint8Array {
  const ready = message.$unknown?.[0];
  if (!(ready instanceof PreEncodedField)) {
    return toBinary(schema, message);
  }
  const rest = toBinary(schema, message, { writeUnknownFields: false });
  return writeBytes((writer) => ready.write(writer.raw(rest).tag(ready.no, ready.wireType)));
}

class PreEncodedField implements UnknownField {
  readonly no: number;
  readonly wireType = WireType.LengthDelimited;
  readonly #members: readonly Uint8Array[];

  constructor(no: number, members: readonly Uint8Array[]) {
    this.no = no;
    this.#members = members;
  }

  /** For codecs that do not know this class. */
  get data(): Uint8Array {
    return writeBytes((writer) => this.write(writer));
  }

  /** Writes all but the first tag, which is written with the message. */
  write(to: BinaryWriter): void {
    for (const [index, member] of this.#members.entries()) {
      if (index > 0) {
        to.tag(this.no, this.wireType);
      }
      to.bytes(member);
    }
  }
}
