import type { User, UserValues } from "../../directory/users/user.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";
import { scimError } from "../protocol/errors.ts";
import { type MappedAttribute, type MappedFields, type Mapping, userNameField } from "./mapping.ts";

/** Where in the metadata stands what no field holds. */
export const KEPT = "scim";

type Stored = MappedFields & Pick<User, "id" | "metadata">;

/** The attributes of a user, but for `active` and what the server says of it: what the fields hold, and what is kept beside them. */
export function attributesOf(user: Stored, mapping: Mapping): JsonObject {
  const kept = keptOf(user);
  const mapped = mapping.flatMap((attribute) => member(attribute.name, shown(attribute, user, kept)));
  const others = Object.entries(kept).filter(([name]) => !OF_SERVER.includes(name) && !isMapped(name, mapping));
  return Object.fromEntries([...mapped, ...others]);
}

/** What a user has to store so that it has these attributes, and no others. Other metadata stays. Throws invalidValue. */
export function valuesOf(
  attributes: JsonObject,
  before: Stored | undefined,
  mapping: Mapping,
): MappedFields & Pick<UserValues, "metadata"> {
  const fields = fieldsOf(attributes, before, mapping);
  const unheld = mapping.flatMap(({ name, fromFields }) => {
    const value = attributes[name];
    return same(value, fromFields({ ...fields, id: before?.id ?? "" })) ? [] : member(name, value ?? null);
  });
  const kept = [...Object.entries(attributes).filter(([name]) => !isMapped(name, mapping)), ...unheld];
  const others = Object.entries(before?.metadata ?? {}).filter(([key]) => key !== KEPT);
  return {
    ...fields,
    metadata: Object.fromEntries([...others, ...(kept.length === 0 ? [] : member(KEPT, Object.fromEntries(kept)))]),
  };
}

function fieldsOf(attributes: JsonObject, before: Stored | undefined, mapping: Mapping): MappedFields {
  const { userName } = attributes;
  if (typeof userName !== "string" || userName.trim() === "") {
    throw scimError("invalidValue", "userName is required");
  }
  const entries = mapping.flatMap(
    ({ name, field, toField }): Array<Partial<MappedFields>> =>
      field === undefined ? [] : [{ [field]: toField(attributes[name]) }],
  );
  const fields: MappedFields = Object.assign({}, NO_FIELDS, ...entries);
  const holder = userNameField(mapping);
  if (before === undefined || before[holder] !== null) {
    return fields;
  }
  // A user who has no such field is called by another one: it stays so, as long as that says the same.
  const without = { ...fields, [holder]: null };
  const name = mapping.find((attribute) => attribute.name === "userName");
  return name?.fromFields({ ...without, id: before.id }) === userName ? without : fields;
}

const NO_FIELDS: MappedFields = { externalId: null, email: null, displayName: null, name: null };

/** What no attribute is called that is kept. */
const OF_SERVER: readonly string[] = ["schemas", "id", "meta", "active"];

function keptOf({ metadata }: Pick<Stored, "metadata">): JsonObject {
  const kept = Object.hasOwn(metadata, KEPT) ? metadata[KEPT] : undefined;
  return isJsonObject(kept) ? kept : {};
}

/** What is kept counts as long as the field says the same: it may have been changed by another way since. */
function shown(
  { name, field, toField, fromFields }: MappedAttribute,
  user: Stored,
  kept: JsonObject,
): JsonValue | undefined {
  if (!Object.hasOwn(kept, name)) {
    return fromFields(user);
  }
  const value = kept[name] ?? undefined;
  return field === undefined || toField(value) === user[field] ? value : fromFields(user);
}

function isMapped(name: string, mapping: Mapping): boolean {
  return name === "active" || mapping.some((attribute) => attribute.name === name);
}

function member(name: string, value: JsonValue | undefined): Array<[string, JsonValue]> {
  return value === undefined ? [] : [[name, value]];
}

function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
}
