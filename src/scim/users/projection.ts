import { isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";
import type { AttributePath } from "../filter/ast.ts";
import { parsePath } from "../filter/paths.ts";
import { scimError } from "../protocol/errors.ts";
import { CORE } from "../schema/schemas.ts";

/** What of a resource is sent (RFC 7644, section 3.9). */
export type Project = (resource: JsonObject) => JsonObject;

/** Reads `attributes` and `excludedAttributes`, which are lists or texts with commas. Throws invalidValue. */
export function parseProjection(given: JsonObject): Project {
  const wanted = pathsAt(given, "attributes");
  const unwanted = pathsAt(given, "excludedAttributes");
  if (wanted.length > 0 && unwanted.length > 0) {
    throw scimError("invalidValue", "attributes and excludedAttributes exclude each other");
  }
  if (wanted.length > 0) {
    return (resource) => keep(resource, wanted);
  }
  return unwanted.length > 0 ? (resource) => drop(resource, unwanted) : (resource) => resource;
}

/** What is always sent. */
const ALWAYS: readonly string[] = ["schemas", "id"];

/** A place in a resource: the names that lead to it, in lower case. */
type Place = readonly string[];

function pathsAt(given: JsonObject, name: string): Place[] {
  const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? [];
  const texts = typeof value === "string" ? value.split(",") : value;
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === "string")) {
    throw scimError("invalidValue", `${name} must be names of attributes`);
  }
  return texts.map((text) => String(text).trim()).flatMap((text) => (text === "" ? [] : placesOf(text)));
}

/** The URN of an extension is a name, too: it can't be told from one of an attribute behind it. */
function placesOf(text: string): Place[] {
  const path = parsePath(text);
  const whole = /^urn:/i.test(text) ? [[text.toLowerCase()]] : [];
  return path === undefined ? whole : [...whole, placeOf(path)];
}

function placeOf({ schema, name, sub }: AttributePath): Place {
  const isCore = schema === undefined || schema.toLowerCase() === CORE.toLowerCase();
  const names = [...(isCore ? [] : [schema]), name, ...(sub === undefined ? [] : [sub])];
  return names.map((part) => part.toLowerCase());
}

function keep(object: JsonObject, places: readonly Place[], always: readonly string[] = ALWAYS): JsonObject {
  return mapMembers(object, (name, value) => {
    const inner = innerPlaces(places, name);
    if (always.includes(name) || inner.some((place) => place.length === 0)) return value;
    return inner.length === 0 ? undefined : within(value, (member) => keep(member, inner, []));
  });
}

function drop(object: JsonObject, places: readonly Place[], always: readonly string[] = ALWAYS): JsonObject {
  return mapMembers(object, (name, value) => {
    const inner = innerPlaces(places, name);
    if (always.includes(name) || inner.length === 0) return value;
    if (inner.some((place) => place.length === 0)) return undefined;
    return hasMembers(value) ? within(value, (member) => drop(member, inner, [])) : value;
  });
}

function innerPlaces(places: readonly Place[], name: string): Place[] {
  return places.flatMap(([first, ...rest]) => (first === name.toLowerCase() ? [rest] : []));
}

/** Undefined leaves a member out. */
function mapMembers(object: JsonObject, map: (name: string, value: JsonValue) => JsonValue | undefined): JsonObject {
  const members = Object.entries(object).flatMap(([name, value]): Array<[string, JsonValue]> => {
    const mapped = map(name, value);
    return mapped === undefined ? [] : [[name, mapped]];
  });
  return Object.fromEntries(members);
}

/** The object, or each object of a list; nothing where nothing is left. Other values have no members. */
function within(value: JsonValue, map: (object: JsonObject) => JsonObject): JsonValue | undefined {
  if (isJsonObject(value)) {
    return filled(map(value));
  }
  const items = Array.isArray(value) ? value.filter(isJsonObject).flatMap((item) => filled(map(item)) ?? []) : [];
  return items.length === 0 ? undefined : items;
}

function hasMembers(value: JsonValue): boolean {
  return isJsonObject(value) || Array.isArray(value);
}

function filled(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}
