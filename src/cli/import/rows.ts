import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type User, UserSchema } from "@roster/client";
import { messageOf } from "../../directory/values/cause.ts";
import type { RawRecord } from "./records.ts";

/** A record of the file as a user, or the reason why it is none. */
export interface Row {
  readonly line: number;
  /** What was in the file, in a form that can be corrected and imported: JSON of a user, or the text that is no JSON. */
  readonly row: JsonValue;
  readonly parsed: { readonly user: User } | { readonly problem: string };
  /** How many bytes of the file have been read with it. */
  readonly end: number;
  /** Of its text. */
  readonly length: number;
}

/** Turns the text of a record into JSON of a user. Throws for text that is none; undefined for a record that is blank. */
export type RecordParser = (text: string) => JsonValue | undefined;

/** The rows of a file. */
export async function* readRows(records: AsyncIterable<RawRecord>, parse: RecordParser): AsyncGenerator<Row> {
  for await (const { line, text, problem, end } of records) {
    const place = { line, end, length: text.length };
    let row: JsonValue | undefined = text;
    try {
      if (problem !== undefined) {
        throw new Error(problem);
      }
      row = parse(text);
      if (row !== undefined) {
        assertWellFormed(text, row);
        yield { ...place, row, parsed: { user: parseUser(row) } };
      }
    } catch (error) {
      yield { ...place, row: row ?? text, parsed: { problem: messageOf(error) } };
    }
  }
}

/** A user from its JSON. What only the server decides is left out: the row may be from another account or time. */
function parseUser(row: JsonValue): User {
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    throw new Error("not a JSON object");
  }
  const given = Object.entries(row)
    .filter(([name]) => !OUTPUT_ONLY.has(name))
    .map(([name, value]) => [name, name === "status" ? toStatus(value) : value] as const);
  return fromJson(UserSchema, Object.fromEntries(given));
}

/** Names of fields that only the server sets, in both spellings. The etag belongs to the user that was exported. */
const OUTPUT_ONLY = new Set(
  UserSchema.fields
    .filter(({ name }) => ["account_id", "create_time", "update_time", "delete_time", "version", "etag"].includes(name))
    .flatMap(({ name, jsonName }) => [name, jsonName]),
);

/** `ACTIVE` is understood as well as `USER_STATUS_ACTIVE`. */
function toStatus(value: JsonValue): JsonValue {
  return typeof value === "string" && !value.startsWith("USER_STATUS_") ? `USER_STATUS_${value}` : value;
}

const ESCAPED_SURROGATE = /\\ud[89a-f]/i;

/** Half of an escaped surrogate pair can't be encoded in UTF-8: it would become U+FFFD. */
function assertWellFormed(text: string, row: JsonValue): void {
  if (ESCAPED_SURROGATE.test(text)) {
    JSON.stringify(row, (key, value: unknown) => {
      if (!key.isWellFormed() || (typeof value === "string" && !value.isWellFormed())) {
        throw new Error("contains an unpaired surrogate");
      }
      return value;
    });
  }
}
