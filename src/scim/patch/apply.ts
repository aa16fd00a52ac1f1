import { isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";
import { scimError } from "../protocol/errors.ts";
import type { Attribute } from "../schema/attribute.ts";
import { RESERVED, readValue } from "../schema/read-resource.ts";
import { UNSUPPORTED, type UserSchemas } from "../schema/schemas.ts";
import { changeElements } from "./elements.ts";
import type { PatchOperation } from "./request.ts";
import { type AttributeTarget, findTarget } from "./target.ts";

/** The attributes after the steps of a PATCH, all or none. Throws invalidPath, invalidFilter, invalidValue, noTarget, mutability. */
export function applyPatch(attributes: JsonObject, operations: readonly PatchOperation[], schemas: UserSchemas): JsonObject {
  return operations.reduce((resource, operation) => applyOperation(resource, operation, schemas), attributes);
}

function applyOperation(resource: JsonObject, operation: PatchOperation, schemas: UserSchemas): JsonObject {
  const { path } = operation;
  if (path === undefined) {
    return applyEach(resource, operation, schemas, (name) => name);
  }
  const target = findTarget(path, { resource, schemas, value: operation.value });
  if (target.kind === "all") {
    const { extension } = target;
    if (operation.kind === "remove") {
      return extension === undefined ? refuseAll() : setMember(resource, extension, undefined);
    }
    return applyEach(resource, operation, schemas, (name) => (extension === undefined ? name : `${extension}:${name}`));
  }
  return applyToAttribute(resource, operation, target);
}

/** Each member of the value is a step of its own, and its name a path. */
function applyEach(
  resource: JsonObject,
  operation: PatchOperation,
  schemas: UserSchemas,
  pathOf: (name: string) => string,
): JsonObject {
  const { value } = operation;
  if (!isJsonObject(value)) {
    throw scimError("invalidValue", "a value without a path, or for a whole schema, must be an object");
  }
  const steps = Object.entries(value)
    .filter(([name]) => !RESERVED.includes(name.toLowerCase()))
    .map(([name, member]) => ({ ...operation, path: pathOf(name), value: member }));
  return steps.reduce((changed, step) => applyOperation(changed, step, schemas), resource);
}

function applyToAttribute(resource: JsonObject, operation: PatchOperation, target: AttributeTarget): JsonObject {
  const { extension, name, attribute } = target;
  if (extension === undefined && UNSUPPORTED.includes(name.toLowerCase())) {
    return resource;
  }
  if (attribute?.readOnly) {
    throw scimError("mutability", `${name} can't be changed`);
  }
  const holder = extension === undefined ? resource : objectAt(resource, extension);
  const changed = setMember(holder, name, changeValue(memberAt(holder, name), operation, target));
  if (extension === undefined) {
    return changed;
  }
  return setMember(resource, extension, Object.keys(changed).length === 0 ? undefined : changed);
}

/** What an attribute becomes. Undefined: nothing is left of it. */
function changeValue(
  before: JsonValue | undefined,
  operation: PatchOperation,
  target: AttributeTarget,
): JsonValue | undefined {
  const { attribute, name, sub } = target;
  if (attribute?.multiValued === true || target.element !== undefined) {
    return changeElements(before, operation, target);
  }
  const { kind, value } = operation;
  if (sub !== undefined) {
    if (attribute !== undefined && attribute.type !== "complex") {
      throw scimError("invalidPath", `${name} has no sub-attributes`);
    }
    const inner = attribute?.subAttributes.find(sub);
    return filled(setMember(asObject(before), inner?.name ?? sub, kind === "remove" ? undefined : read(inner, value, sub)));
  }
  const after = kind === "remove" ? undefined : read(attribute, value, name);
  // Of a complex attribute, what is not named stays.
  return isJsonObject(before) && isJsonObject(after) ? { ...before, ...after } : after;
}

function read(attribute: Attribute | undefined, value: JsonValue | undefined, name: string): JsonValue | undefined {
  const given = value ?? undefined;
  return given === undefined || attribute === undefined ? given : readValue(attribute, given, name);
}

function refuseAll(): never {
  throw scimError("noTarget", "the core attributes can't be removed as a whole");
}

function asObject(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function filled(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}

function objectAt(object: JsonObject, name: string): JsonObject {
  return asObject(memberAt(object, name));
}

function memberAt(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Undefined removes it. */
function setMember(object: JsonObject, name: string, value: JsonValue | undefined): JsonObject {
  const others = Object.entries(object).filter(([key]) => key !== name);
  return Object.fromEntries(value === undefined ? others : [...others, [name, value]]);
}
