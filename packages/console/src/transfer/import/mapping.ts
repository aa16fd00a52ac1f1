import { fromJson, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { type User, UserSchema } from "../../api/schema.ts";

/** What columns mean: the name of a field, `metadata`, `metadata.KEY`, or nothing (""). */
export type Mapping = Readonly<Record<string, string>>;

/** The fields that an import can set, with what they are called. */
export const TARGETS: ReadonlyArray<readonly [string, string]> = [
  ["", "Leave out"],
  ["id", "Id"],
  ["external_id", "External id"],
  ["email", "E-mail"],
  ["email_verify_time", "E-mail verified (time)"],
  ["name", "Name"],
  ["display_name", "Display name"],
  ["about", "About"],
  ["project", "Project"],
  ["status", "Status"],
  ["super_admin", "Super admin"],
  ["metadata", "Metadata (JSON)"],
];

/** By the names that columns have elsewhere. */
const ALIASES: Readonly<Record<string, string>> = {
  user_id: "id",
  e_mail: "email",
  mail: "email",
  email_address: "email",
  full_name: "display_name",
  displayname: "display_name",
  externalid: "external_id",
};
/** What only the server decides, and what the file of bad rows adds. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "account_id",
  "create_time",
  "update_time",
  "delete_time",
  "version",
  "etag",
  "_line",
  "_error",
]);

/** What a column most likely means. What has no field becomes a key of the metadata. */
export function guessTarget(column: string): string {
  const name = column
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .replaceAll(/[\s-]+/g, "_")
    .toLowerCase();
  if (LEFT_OUT.has(name)) return "";
  const field = ALIASES[name] ?? name;
  if (TARGETS.some(([target]) => target === field)) return field;
  return column.startsWith(PREFIX) ? column : PREFIX + column;
}

export const PREFIX = "metadata.";

/** The user of a row. Throws an Error that says what is wrong. `typed`: numbers, true and false in metadata are such. */
export function toUser(cells: JsonObject, mapping: Mapping, typed: boolean): User {
  const user: Record<string, JsonValue> = {};
  const keys: Record<string, JsonValue> = {};
  for (const [column, cell] of Object.entries(cells)) {
    const target = mapping[column] ?? "";
    if (target.startsWith(PREFIX)) keys[target.slice(PREFIX.length)] = typed ? typedValue(cell) : cell;
    else if (target !== "") user[target] = fieldValue(target, cell);
  }
  if (Object.keys(keys).length > 0) {
    const { metadata = {} } = user;
    if (!isObject(metadata)) throw new Error("metadata: it must be an object");
    user["metadata"] = { ...metadata, ...keys };
  }
  try {
    return fromJson(UserSchema, user);
  } catch (error) {
    throw new Error(
      (error instanceof Error ? error.message : String(error)).replace(/^cannot decode field roster\.v1\.User\./, ""),
    );
  }
}

function fieldValue(target: string, cell: JsonValue): JsonValue {
  if (typeof cell !== "string") return cell;
  if (target === "metadata") return JSON.parse(cell) as JsonValue;
  if (target === "super_admin") return { true: true, false: false }[cell.toLowerCase()] ?? cell;
  if (target === "status") return statusValue(cell);
  return cell;
}

const STATUSES = ["ACTIVE", "SUSPENDED", "INVITED"];

function statusValue(cell: string): string {
  const name = cell
    .trim()
    .toUpperCase()
    .replace(/^USER_STATUS_/, "");
  if (!STATUSES.includes(name)) throw new Error(`status: must be one of ${STATUSES.join(", ")}`);
  return `USER_STATUS_${name}`;
}

function typedValue(cell: JsonValue): JsonValue {
  if (typeof cell !== "string") return cell;
  if (cell === "true" || cell === "false") return cell === "true";
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$/.test(cell) ? Number(cell) : cell;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
