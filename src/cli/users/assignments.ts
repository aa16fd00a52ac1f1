import { fromJson, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { type User, UserSchema, UserStatusSchema } from "@roster/client";
import { USER_FIELD_KEYS, USER_FIELDS } from "../../directory/users/user-fields.ts";
import { messageOf } from "../../directory/values/cause.ts";
import { UsageError } from "../errors.ts";
import { type Place, placeText, takePlace } from "../options/place.ts";
import { parseTimeOption } from "../options/times.ts";
import { suggestion } from "../suggest.ts";
import { isDocument, setAt, valueAt } from "../terminal/document.ts";

/** What a command sets of a user: a value at a place, or nothing (null). */
export interface Assignment {
  readonly place: Place;
  readonly value: JsonValue;
}

/** The fields that callers decide about. */
export const SETTABLE = USER_FIELD_KEYS.map((key) => USER_FIELDS[key].name);

/** `metadata.plan=pro`. What is JSON in metadata is taken as JSON, everything else as text. Throws a UsageError. */
export function parseAssignment(text: string): Assignment {
  const { place, rest } = takeUserPlace(text, "--set takes FIELD=VALUE, as name=Ada or metadata.plan=pro");
  if (!rest.startsWith("=")) {
    throw new UsageError(`--set takes FIELD=VALUE, as name=Ada or metadata.plan=pro: not ${JSON.stringify(text)}`);
  }
  const value = parseValue(place, rest.slice(1));
  if (value === null) {
    throw new UsageError(`to take ${placeText(place)} away: --unset ${placeText(place)}`);
  }
  return { place, value };
}

/** `metadata.plan`. Throws a UsageError. */
export function parseRemoval(text: string): Assignment {
  const { place, rest } = takeUserPlace(text, "--unset takes a field, as name or metadata.plan");
  if (rest !== "") {
    throw new UsageError(`--unset takes a field, as name or metadata.plan: not ${JSON.stringify(text)}`);
  }
  return { place, value: null };
}

/** The user that the assignments make. Throws a UsageError for two that are about the same. */
export function toUser(assignments: readonly Assignment[]): User {
  const json = assignments.reduce<JsonObject>((user, { place, value }) => {
    if (assignments.some((other) => other.place !== place && isWithin(place, other.place))) {
      throw new UsageError(`${placeText(place)} is set twice`);
    }
    // Of what is set at places of JSON, nothing is no JSON.
    return setAt(user, place, value) as JsonObject;
  }, {});
  try {
    return fromJson(UserSchema, json);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Whether the inner place is the outer one, or in it. */
export function isWithin(inner: Place, outer: Place): boolean {
  return outer.length <= inner.length && outer.every((key, index) => key === inner[index]);
}

function takeUserPlace(text: string, usage: string): { readonly place: Place; readonly rest: string } {
  const taken = takePlace(text);
  if (taken === undefined) {
    throw new UsageError(`${usage}: not ${JSON.stringify(text)}`);
  }
  const [field, ...keys] = taken.place;
  if (!SETTABLE.some((name) => name === field)) {
    const advice = suggestion(field, SETTABLE) || `; there are ${SETTABLE.join(", ")}`;
    throw new UsageError(`${field} is no field that can be set${advice}`);
  }
  if (keys.length > 0 && field !== "metadata") {
    throw new UsageError(`${placeText(taken.place)} can't be set: only metadata has members`);
  }
  return taken;
}

function parseValue([field, ...keys]: Place, text: string): JsonValue {
  if (field === "metadata") {
    const value = parseJson(text);
    if (keys.length === 0 && !isDocument(value)) {
      throw new UsageError(`metadata is a JSON object, as {"plan":"pro"}: not ${JSON.stringify(text)}`);
    }
    return value;
  }
  if (field === "super_admin") {
    return oneOf("super_admin", text, { true: true, false: false });
  }
  if (field === "status") {
    return oneOf("status", text.toLowerCase(), STATUSES);
  }
  return field === "email_verify_time" ? checkTime(field, text) : text;
}

function checkTime(field: string, text: string): string {
  try {
    parseTimeOption(text);
    return text;
  } catch {
    throw new UsageError(`${field} is a time as in RFC 3339, as 2027-01-31T12:00:00Z: not ${JSON.stringify(text)}`);
  }
}

const STATUSES = Object.fromEntries(
  UserStatusSchema.values.filter(({ number }) => number !== 0).map(({ name, localName }) => [localName.toLowerCase(), name]),
);

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text, exact);
  } catch (error) {
    if (error instanceof UsageError) {
      throw error;
    }
    return text;
  }
}

/** A long number would be stored as another one. */
function exact(_: string, value: JsonValue): JsonValue {
  if (typeof value === "number" && (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))) {
    throw new UsageError("a number is beyond 2^53 and would be rounded: give it as text, in quotes: 'metadata.n=\"123\"'");
  }
  return value;
}

function oneOf<T extends JsonValue>(field: string, text: string, values: Readonly<Record<string, T>>): T {
  const value = valueAt(values, [text]);
  if (value === undefined) {
    throw new UsageError(`${field} is one of ${Object.keys(values).join(", ")}: not ${JSON.stringify(text)}`);
  }
  return value as T;
}
