import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { ListValueSchema, StructSchema, ValueSchema } from "@bufbuild/protobuf/wkt";
import { isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";

const MEMBERS = StructSchema.field.fields.number;
const ITEMS = ListValueSchema.field.values.number;
const VALUE = ValueSchema.field;
// The fields of map entries have these numbers.
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;

/** The members of a `google.protobuf.Struct`, in their order, without its tag. */
export function writeStruct(writer: BinaryWriter, struct: JsonObject): void {
  for (const key of Object.keys(struct)) {
    writer.tag(MEMBERS, WireType.LengthDelimited).fork();
    writer.tag(ENTRY_KEY, WireType.LengthDelimited).string(key);
    writer.tag(ENTRY_VALUE, WireType.LengthDelimited).fork();
    writeValue(writer, struct[key] ?? null);
    writer.join().join();
  }
}

function writeValue(writer: BinaryWriter, value: JsonValue): void {
  if (value === null) {
    writer.tag(VALUE.nullValue.number, WireType.Varint).int32(0);
  } else if (typeof value === "string") {
    writer.tag(VALUE.stringValue.number, WireType.LengthDelimited).string(value);
  } else if (typeof value === "number") {
    writer.tag(VALUE.numberValue.number, WireType.Bit64).double(value);
  } else if (typeof value === "boolean") {
    writer.tag(VALUE.boolValue.number, WireType.Varint).bool(value);
  } else if (isJsonObject(value)) {
    writer.tag(VALUE.structValue.number, WireType.LengthDelimited).fork();
    writeStruct(writer, value);
    writer.join();
  } else {
    writer.tag(VALUE.listValue.number, WireType.LengthDelimited).fork();
    for (const item of value) {
      writer.tag(ITEMS, WireType.LengthDelimited).fork();
      writeValue(writer, item);
      writer.join();
    }
    writer.join();
  }
}
