// Lays the schemas that ours import into third_party/proto, out of the npm packages that ship them, so that buf needs no network.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type DescEnum, type DescExtension, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

const root = join(import.meta.dirname, "..");
const target = join(root, "third_party/proto");

const copies = {
  "google/rpc/status.proto": "google-proto-files/google/rpc/status.proto",
  "google/rpc/error_details.proto": "google-proto-files/google/rpc/error_details.proto",
  "google/api/field_behavior.proto": "google-proto-files/google/api/field_behavior.proto",
  "grpc/health/v1/health.proto": "grpc-health-check/proto/health/v1/health.proto",
  "grpc/reflection/v1/reflection.proto": "@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto",
  "grpc/reflection/v1alpha/reflection.proto": "@grpc/reflection/build/proto/grpc/reflection/v1alpha/reflection.proto",
};

rmSync(target, { recursive: true, force: true });
for (const [to, from] of Object.entries(copies)) {
  place(to, (path) => copyFileSync(join(root, "node_modules", from), path));
}
place("buf/validate/validate.proto", (path) => writeFileSync(path, printValidate()));

function place(name: string, write: (path: string) => void): void {
  const path = join(target, name);
  mkdirSync(dirname(path), { recursive: true });
  write(path);
}

/** protovalidate ships its descriptor only. buf needs the names, numbers and types; comments and options can stay out. */
function printValidate(): string {
  const { messages, enums, extensions } = file_buf_validate_validate;
  return [
    'syntax = "proto2";',
    "package buf.validate;",
    'import "google/protobuf/descriptor.proto";',
    'import "google/protobuf/duration.proto";',
    'import "google/protobuf/field_mask.proto";',
    'import "google/protobuf/timestamp.proto";',
    ...extensions.map(printExtension),
    ...enums.map(printEnum),
    ...messages.map(printMessage),
  ].join("\n");
}

function printExtension(extension: DescExtension): string {
  return `extend .${extension.extendee.typeName} {\n${printField(extension)}\n}`;
}

function printEnum(desc: DescEnum): string {
  return `enum ${desc.name} {\n${desc.values.map((value) => `${value.name} = ${value.number};`).join("\n")}\n}`;
}

function printMessage(message: DescMessage): string {
  const grouped = new Set(message.oneofs.flatMap((oneof) => oneof.fields));
  const fields = message.fields.filter((field) => !grouped.has(field)).map(printField);
  const oneofs = message.oneofs.map(
    (oneof) =>
      `oneof ${oneof.name} {\n${oneof.fields.map((field) => printField(field).replace("optional ", "")).join("\n")}\n}`,
  );
  const nested = [...message.nestedEnums.map(printEnum), ...message.nestedMessages.map(printMessage)];
  const ranges = message.proto.extensionRange.map((range) => `extensions ${range.start} to ${(range.end ?? 0) - 1};`);
  return `message ${message.name} {\n${[...fields, ...oneofs, ...nested, ...ranges].join("\n")}\n}`;
}

function printField(field: DescField | DescExtension): string {
  const label = field.fieldKind === "list" ? "repeated" : "optional";
  const type =
    field.message !== undefined
      ? `.${field.message.typeName}`
      : field.enum !== undefined
        ? `.${field.enum.typeName}`
        : ScalarType[field.scalar ?? ScalarType.STRING].toLowerCase();
  return `${label} ${type} ${field.name} = ${field.number};`;
}
