import { type DescField, type DescMessage, type Message, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { writeBytes } from "./reused-writer.ts";

type UnknownField = NonNullable<Message["$unknown"]>[number];

/**
 * Gives a message members of a field that are encoded already; of a field that is not repeated, one. They go out as they are, as a field
 * that this side does not know: only a binary codec sends them, and who looks into the message here does not see them.
 */
export function setPreEncodedField(message: Message, { number }: DescField, members: readonly Uint8Array[]): void {
  if (members.length > 0) {
    message.$unknown = [new PreEncodedField(number, members)];
  }
}

/** The message in binary, as `toBinary` makes it, but what is ready is copied once and not three times. */
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

  /** For codecs that know nothing of it. */
  get data(): Uint8Array {
    return writeBytes((writer) => this.write(writer));
  }

  /** All but the first tag, which is written with the message. */
  write(to: BinaryWriter): void {
    for (const [index, member] of this.#members.entries()) {
      if (index > 0) {
        to.tag(this.no, this.wireType);
      }
      to.bytes(member);
    }
  }
}
