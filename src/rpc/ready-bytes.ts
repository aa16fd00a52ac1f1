import type { DescField, Message } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

// Kept, because one that is new grows by doubling, and an export would leave a megabyte behind with each message.
const writer = new BinaryWriter();

/**
 * Gives a message members of a field that are encoded already; of a field that is not repeated, one. They go out as they are, as a field
 * that this side does not know: only a binary codec sends them, and who looks into the message here does not see them.
 */
export function putReady(message: Message, { number }: DescField, members: readonly Uint8Array[]): void {
  for (const [index, member] of members.entries()) {
    // The first tag is written with the message.
    if (index > 0) {
      writer.tag(number, WireType.LengthDelimited);
    }
    writer.bytes(member);
  }
  if (members.length > 0) {
    message.$unknown = [{ no: number, wireType: WireType.LengthDelimited, data: writer.finish() }];
  }
}
