import type { Account } from "../accounts/account.ts";
import { permissionDenied, type RosterError } from "../errors.ts";
import type { User, UserValues } from "../users/user.ts";
import { changedFields } from "../users/user-fields.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../values/json.ts";
import type { Caller } from "./api-key.ts";

/** One and the same for all that a caller with the role SELF may not do, whatever exists. */
export function ownUserOnly(): RosterError {
  return permissionDenied("the role SELF acts on its own user only");
}

/** Throws PERMISSION_DENIED if the caller may act on its own user only and this is not that one's; undefined: of nobody. */
export function assertOwn({ role, user }: Pick<Caller, "role" | "user">, userId: string | undefined): void {
  if (role === "SELF" && userId !== user.id) {
    throw ownUserOnly();
  }
}

const OWN_FIELDS: readonly string[] = ["name", "display_name", "about", "metadata"];

/** Throws PERMISSION_DENIED for what users may not change of themselves: fields, and places in the metadata that the account keeps. */
export function assertOwnChange(
  { selfWritable }: Pick<Account, "selfWritable">,
  before: UserValues,
  after: User | UserValues,
): void {
  const kept = changedFields(before, after).filter((field) => !OWN_FIELDS.includes(field));
  if (kept.length > 0) {
    throw permissionDenied(`the role SELF does not change ${kept.join(", ")}`);
  }
  const places = selfWritable.map((place) => place.split("."));
  if (canonicalJson(without(before.metadata, places)) !== canonicalJson(without(after.metadata, places))) {
    const open = selfWritable.length === 0 ? "nothing" : selfWritable.join(", ");
    throw permissionDenied(`of metadata, the account opens ${open} to the role SELF`);
  }
}

/** The object without what is at the places, and without the objects that hold nothing else. */
function without(object: JsonObject, places: ReadonlyArray<readonly string[]>): JsonObject {
  const members = Object.entries(object).flatMap(([key, value]): Array<[string, JsonValue]> => {
    const inner = places.flatMap(([first, ...rest]) => (first === key ? [rest] : []));
    if (inner.some((rest) => rest.length === 0)) return [];
    if (inner.length === 0 || !isJsonObject(value)) return [[key, value]];
    const left = without(value, inner);
    return Object.keys(left).length === 0 ? [] : [[key, left]];
  });
  return Object.fromEntries(members);
}
