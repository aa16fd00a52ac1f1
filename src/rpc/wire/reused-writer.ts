import { BinaryWriter } from "@bufbuild/protobuf/wire";

// One that is new takes new buffers, and grows by doubling: of a user that costs more than all else, of an export a megabyte a message.
let writer = new BinaryWriter();

/** The bytes that the function writes. It must not call this. */
export function written(write: (writer: BinaryWriter) => void): Uint8Array {
  try {
    write(writer);
    return writer.finish();
  } catch (error) {
    // Half a message must not go out before the next.
    writer = new BinaryWriter();
    throw error;
  }
}
