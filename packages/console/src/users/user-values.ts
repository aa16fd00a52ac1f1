import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { type User, UserSchema } from "../api/schema.ts";

/**
 * Values of a user by the names of their fields; those of metadata by their places: `metadata.plan`. Absent ones are not there, nor those
 * that say as much: the empty text and, of super admins, false.
 */
export type Values = ReadonlyMap<string, JsonValue>;

/** The fields that callers decide about, with what they are called. */
export const FIELD_LABELS: Readonly<Record<string, string>> = {
  display_name: "Display name",
  name: "Name",
  email: "E-mail",
  email_verify_time: "E-mail verified",
  external_id: "External id",
  project: "Project",
  about: "About",
  status: "Status",
  super_admin: "Super admin",
  delete_time: "Deleted",
  metadata: "Metadata",
};

/** `depth`: how far into the metadata; 1 gives its keys, and what is below as a whole. */
export function valuesOf(user: User | undefined, depth: number): Values {
  if (user === undefined) return new Map();
  const json = toJson(UserSchema, user, { useProtoFieldName: true });
  const fields = typeof json === "object" && json !== null && !Array.isArray(json) ? json : {};
  const known = Object.entries(fields).filter(([name, value]) => name in FIELD_LABELS && value !== "" && value !== false);
  return new Map(
    known.flatMap(([name, value]) => (name === "metadata" ? leaves(name, value, depth) : [[name, value] as const])),
  );
}

function leaves(place: string, value: JsonValue, depth: number): Array<readonly [string, JsonValue]> {
  if (depth === 0 || typeof value !== "object" || value === null || Array.isArray(value)) return [[place, value]];
  const entries = Object.entries(value);
  const nested = entries.flatMap(([key, each]) => leaves(`${place}.${key}`, each, depth - 1));
  return nested.length === 0 && place !== "metadata" ? [[place, value]] : nested;
}

/** `Display name`, `metadata.plan`. */
export function labelOf(place: string): string {
  return FIELD_LABELS[place] ?? place;
}

/** A value as people read it. */
export function valueText(value: JsonValue | undefined): string {
  if (value === undefined || value === "") return "";
  if (typeof value !== "string") return JSON.stringify(value);
  return value.replace(/^USER_STATUS_/, "");
}

export interface Difference {
  readonly place: string;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

/** What differs, in the order of the labels, then of the metadata. */
export function differences(before: Values, after: Values): readonly Difference[] {
  const places = new Set([...Object.keys(FIELD_LABELS), ...before.keys(), ...after.keys()]);
  return [...places].flatMap((place) => {
    const [was, is] = [before.get(place), after.get(place)];
    return same(was, is) ? [] : [{ place, before: was, after: is }];
  });
}

export function same(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  return canonical(one) === canonical(other);
}

/** Text that is the same for objects whose keys are in another order. */
function canonical(value: JsonValue | undefined): string {
  return (
    JSON.stringify(value, (_, each: unknown) =>
      typeof each === "object" && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    ) ?? ""
  );
}
