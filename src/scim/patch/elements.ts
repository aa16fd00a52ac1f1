import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";
import { objectMatches } from "../../filter/matches.ts";
import type { ScimFilter } from "../filter/ast.ts";
import { elementFilter } from "../filter/lists.ts";
import { scimError } from "../protocol/errors.ts";
import { type Attribute, NO_ATTRIBUTES } from "../schema/attribute.ts";
import { readValue } from "../schema/read-resource.ts";
import type { PatchOperation } from "./request.ts";
import type { AttributeTarget } from "./target.ts";

/** What a list of values becomes. Undefined: nothing is left of it. */
export function changeElements(
  before: JsonValue | undefined,
  operation: PatchOperation,
  target: AttributeTarget,
): JsonValue | undefined {
  const attribute = target.attribute ?? unknownList(target.name);
  const elements = Array.isArray(before) ? before : before === undefined ? [] : [before];
  const after = isAboutElements(target)
    ? changeSome(elements, operation, target, attribute)
    : changeAll(elements, operation, attribute);
  const checked = readValue(attribute, withOnePrimary(after, elements), attribute.name);
  return Array.isArray(checked) && checked.length === 0 ? undefined : checked;
}

function isAboutElements({ element, sub }: AttributeTarget): boolean {
  return element !== undefined || sub !== undefined;
}

function unknownList(name: string): Attribute {
  return { name, type: "complex", multiValued: true, caseExact: true, readOnly: false, subAttributes: NO_ATTRIBUTES };
}

function changeAll(
  elements: readonly JsonValue[],
  { kind, value }: PatchOperation,
  attribute: Attribute,
): readonly JsonValue[] {
  const given = value === undefined || value === null ? [] : asList(readValue(attribute, value, attribute.name));
  if (kind === "add") {
    const known = new Set(elements.map(canonicalJson));
    return [...elements, ...given.filter((element) => !known.has(canonicalJson(element)))];
  }
  if (kind === "replace") {
    return given;
  }
  // Some clients name what to remove by its value.
  return given.length === 0 ? [] : elements.filter((element) => !given.some((unwanted) => isSame(element, unwanted)));
}

function changeSome(
  elements: readonly JsonValue[],
  operation: PatchOperation,
  { element, sub }: AttributeTarget,
  attribute: Attribute,
): readonly JsonValue[] {
  const filter = element && elementFilter(element, attribute);
  const isMeant = (candidate: JsonValue): candidate is JsonObject =>
    isJsonObject(candidate) && (filter === undefined || objectMatches(filter, candidate));
  const change = (given: JsonObject) => changeElement(given, operation, attribute, sub);
  if (elements.some(isMeant) || operation.kind === "remove") {
    return elements.flatMap((candidate): readonly JsonValue[] => (isMeant(candidate) ? change(candidate) : [candidate]));
  }
  if (operation.kind === "replace" && element !== undefined) {
    throw scimError("noTarget", `${attribute.name} has no such value`);
  }
  return [...elements, ...change(element === undefined ? {} : exampleOf(element, attribute))];
}

/** Nothing of the element, or what it becomes. */
function changeElement(
  before: JsonObject,
  { kind, value }: PatchOperation,
  attribute: Attribute,
  sub: string | undefined,
): JsonObject[] {
  if (sub !== undefined) {
    const name = attribute.subAttributes.find(sub)?.name ?? sub;
    const others = Object.entries(before).filter(([key]) => key !== name);
    const isGone = kind === "remove" || value === undefined || value === null;
    const members = isGone ? others : [...others, [name, value] as const];
    return members.length === 0 ? [] : [Object.fromEntries(members)];
  }
  if (kind === "remove" || value === undefined || value === null) {
    return [];
  }
  const [given] = asList(readValue(attribute, value, attribute.name));
  if (!isJsonObject(given)) {
    throw scimError("invalidValue", `a value of ${attribute.name} must be an object`);
  }
  return [kind === "add" ? { ...before, ...given } : given];
}

/** An element that the filter lets pass: `[type eq "work"]` makes one for work. Throws noTarget if it says too little for that. */
function exampleOf(filter: ScimFilter, attribute: Attribute): JsonObject {
  const terms = filter.kind === "and" ? filter.terms : [filter];
  const members = terms.map((term) => {
    if (term.kind !== "compare" || term.operator !== "eq" || term.literal === null) {
      throw scimError("noTarget", `${attribute.name} has no such value, and its filter does not say what one would be`);
    }
    return [attribute.subAttributes.find(term.path.name)?.name ?? term.path.name, term.literal] as const;
  });
  return Object.fromEntries(members);
}

/** Where a primary value is added, those of before cease to be (RFC 7644, section 3.5.2). */
function withOnePrimary(after: readonly JsonValue[], before: readonly JsonValue[]): readonly JsonValue[] {
  const isPrimary = (element: JsonValue) => isJsonObject(element) && isTrue(element["primary"]);
  const known = new Set(before.filter(isPrimary).map(canonicalJson));
  const isNew = (element: JsonValue) => isPrimary(element) && !known.has(canonicalJson(element));
  if (!after.some(isNew)) {
    return after;
  }
  return after.map((element) =>
    isJsonObject(element) && isPrimary(element) && !isNew(element) ? { ...element, primary: false } : element,
  );
}

function isTrue(value: JsonValue | undefined): boolean {
  return String(value).toLowerCase() === "true";
}

/** By their values, if both have one. */
function isSame(a: JsonValue, b: JsonValue): boolean {
  const byValue = isJsonObject(a) && isJsonObject(b) && a["value"] !== undefined && b["value"] !== undefined;
  return byValue ? a["value"] === b["value"] : canonicalJson(a) === canonicalJson(b);
}

function asList(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
