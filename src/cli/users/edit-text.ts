import { fromJson, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { type User, UserSchema } from "@roster/client";
import { messageOf } from "../../directory/values/cause.ts";
import { CommandError } from "../errors.ts";
import { suggestion } from "../suggest.ts";
import { type Document, isDocument, toDocument } from "../terminal/document.ts";
import { SETTABLE } from "./assignments.ts";

const FIELDS = ["etag", ...SETTABLE];

/** What a person edits: the fields that can be set, absent ones as null, and the etag of what they were. */
export function toText(user: User, changes: Document = {}): string {
  const document = { ...toDocument(UserSchema, user), ...changes };
  const fields = FIELDS.map((name) => [name, Object.hasOwn(document, name) ? document[name] : null]);
  return textOf(Object.fromEntries(fields));
}

export function textOf(document: Document): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** The text as JSON. Throws a CommandError that says what is wrong with it. */
export function parseText(text: string): JsonObject {
  let json: JsonValue;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new CommandError(`that is no JSON: ${messageOf(error)}`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new CommandError("that is no JSON object");
  }
  const unknown = Object.keys(json).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    const advice = suggestion(unknown, FIELDS) || `; there are ${FIELDS.join(", ")}`;
    throw new CommandError(`${JSON.stringify(unknown)} is no field that can be set${advice}`);
  }
  return json;
}

/** What has become of the fields: those that are other than in the user, null where nothing is left. */
export function changesOf(user: User, edited: JsonObject): JsonObject {
  const before = toDocument(UserSchema, user);
  const changed = SETTABLE.filter((name) => canonical(before[name] ?? null) !== canonical(edited[name] ?? null));
  return Object.fromEntries(changed.map((name) => [name, edited[name] ?? null]));
}

/** The changes as a user whose absent fields are to be cleared. Throws a CommandError for values of a wrong kind. */
export function toChangedUser(changes: JsonObject): User {
  try {
    return fromJson(UserSchema, changes);
  } catch (error) {
    throw new CommandError(messageOf(error));
  }
}

/** The same for the same JSON, whatever the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isDocument(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
