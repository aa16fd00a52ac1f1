import { isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";
import { scimError } from "../protocol/errors.ts";
import type { Attribute, Attributes } from "./attribute.ts";
import { CORE, UNSUPPORTED, type UserSchemas } from "./schemas.ts";

/**
 * The attributes that a client decides about, in the spelling of the schemas: values of known ones have their types, and there is nothing
 * that is null or empty, read-only or not supported. What no schema knows stays as it is. Throws invalidValue, invalidSyntax.
 */
export function readResource(body: JsonValue | undefined, schemas: UserSchemas): JsonObject {
  if (!isJsonObject(body)) {
    throw scimError("invalidSyntax", "the body must be a JSON object");
  }
  checkSchemas(body);
  const members = Object.entries(body).flatMap(([key, value]): Array<[string, JsonValue]> => {
    if (key.toLowerCase() === schemas.enterprise.id.toLowerCase()) {
      const { id, attributes } = schemas.enterprise;
      return present(id, orNothing(readMembers(value, attributes, id)));
    }
    if (UNSUPPORTED.includes(key.toLowerCase()) || RESERVED.includes(key.toLowerCase())) {
      return [];
    }
    return readMember(key, value, schemas.core.attributes, "");
  });
  return Object.fromEntries(members);
}

/** What the server says of a user, whatever is sent. */
export const RESERVED: readonly string[] = ["schemas", "id", "meta"];

function checkSchemas(body: JsonObject): void {
  const [, given] = Object.entries(body).find(([key]) => key.toLowerCase() === "schemas") ?? [];
  const isList = Array.isArray(given) && given.every((urn) => typeof urn === "string");
  if (given !== undefined && !(isList && given.some((urn) => String(urn).toLowerCase() === CORE.toLowerCase()))) {
    throw scimError("invalidValue", `schemas must be a list of URNs with ${CORE}`);
  }
}

function readMember(key: string, value: JsonValue, attributes: Attributes, prefix: string): Array<[string, JsonValue]> {
  const attribute = attributes.find(key);
  if (attribute === undefined) {
    return present(key, value);
  }
  return attribute.readOnly ? [] : present(attribute.name, readValue(attribute, value, `${prefix}${attribute.name}`));
}

/** RFC 7643, section 2.5: null, the empty list and no value are the same. */
function present(key: string, value: JsonValue | undefined): Array<[string, JsonValue]> {
  const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  return isEmpty ? [] : [[key, value]];
}

/** The value as one of the attribute's type; undefined for none. `path` is for people. Throws invalidValue. */
export function readValue(attribute: Attribute, value: JsonValue, path: string): JsonValue | undefined {
  if (value === null) {
    return undefined;
  }
  if (!attribute.multiValued) {
    // Some clients send a list of one.
    const [single, ...more] = Array.isArray(value) ? value : [value];
    if (more.length > 0) throw scimError("invalidValue", `${path} has one value, not a list`);
    return single === undefined || single === null ? undefined : readSingle(attribute, single, path);
  }
  const items = (Array.isArray(value) ? value : [value]).flatMap((item) =>
    item === null ? [] : (readSingle(attribute, item, path) ?? []),
  );
  checkPrimary(items, path);
  return items;
}

function readSingle(attribute: Attribute, value: JsonValue, path: string): JsonValue | undefined {
  switch (attribute.type) {
    case "complex":
      return readComplex(attribute, value, path);
    case "boolean":
      return readBoolean(value, path);
    case "integer":
    case "decimal":
      return typeof value === "number" ? value : refuse(path, "a number");
    default:
      return typeof value === "string" ? value : refuse(path, "text");
  }
}

/** Some clients send the value of a complex attribute alone. */
function readComplex({ subAttributes }: Attribute, value: JsonValue, path: string): JsonValue | undefined {
  const isValue = typeof value === "string" && subAttributes.find("value") !== undefined;
  return orNothing(readMembers(isValue ? { value } : value, subAttributes, path));
}

function orNothing(members: JsonObject | undefined): JsonObject | undefined {
  return members !== undefined && Object.keys(members).length === 0 ? undefined : members;
}

function readMembers(value: JsonValue, attributes: Attributes, path: string): JsonObject | undefined {
  if (value === null) {
    return undefined;
  }
  if (!isJsonObject(value)) {
    return refuse(path, "an object");
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => readMember(key, member, attributes, `${path}.`)),
  );
}

/** Some clients send truth values as text. */
function readBoolean(value: JsonValue, path: string): boolean {
  const truth = typeof value === "string" ? value.toLowerCase() : String(value);
  return truth === "true" ? true : truth === "false" ? false : refuse(path, "true or false");
}

function checkPrimary(items: readonly JsonValue[], path: string): void {
  if (items.filter((item) => isJsonObject(item) && item["primary"] === true).length > 1) {
    throw scimError("invalidValue", `${path} has more than one primary value`);
  }
}

function refuse(path: string, wanted: string): never {
  throw scimError("invalidValue", `${path} must be ${wanted}`);
}
