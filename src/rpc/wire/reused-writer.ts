import { BinaryWriter } from "@bufbuild/protobuf/wire";

// A new writer starts with a new buffer and grows by doubling. For a user that costs more than all else, for an export a megabyte per message.
let writer = new BinaryWriter();

/** The bytes that the function writes. It must not call `writeBytes` itself. */
export function writeBytes(write: (writer: BinaryWriter) => void): Uint8Array {
  try {
    write(writer);
    return writer.finish();
  } catch (error) {
    // Half a message must not go out before the next.
    writer = new BinaryWriter();
    throw error;
  }
}
