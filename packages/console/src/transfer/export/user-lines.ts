import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { type User, UserSchema } from "../../api/schema.ts";
import { csvLine } from "../file/csv.ts";
import type { Format } from "../file/source.ts";

const COLUMNS = UserSchema.fields.map(({ name }) => name);

/** What stands above the users. */
export function headLines(format: Format): string {
  return format === "csv" ? csvLine(COLUMNS) : "";
}

/** Users as an import takes them. */
export function userLines(users: readonly User[], format: Format): string {
  return users.map((user) => userLine(user, format)).join("");
}

function userLine(user: User, format: Format): string {
  const json = toJson(UserSchema, user, { useProtoFieldName: true });
  if (format === "ndjson") return `${JSON.stringify(json)}\n`;
  const values: Readonly<Record<string, JsonValue>> =
    typeof json === "object" && json !== null && !Array.isArray(json) ? json : {};
  return csvLine(COLUMNS.map((name) => cellOf(values[name])));
}

function cellOf(value: JsonValue | undefined): string {
  return value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
}
