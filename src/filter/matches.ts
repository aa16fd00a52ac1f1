import {
  type Filter,
  type FilterTerm,
  foldAscii,
  type Literal,
  type MetadataPath,
  type Operator,
  type Place,
  type TextMethod,
} from "../directory/lists/filter.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../directory/values/json.ts";
import type { Resource } from "./fields.ts";

/** Whether the item passes the filter. `db/query/filter.ts` must give the same answer for every item. */
export function matches<T, F extends string>(filter: Filter<F>, item: T, resource: Resource<T, F>): boolean {
  switch (filter.kind) {
    case "and":
      return filter.terms.every((term) => matches(term, item, resource));
    case "or":
      return filter.terms.some((term) => matches(term, item, resource));
    case "not":
      return !matches(filter.term, item, resource);
    case "some":
      return elementsOf(valueAt(metadataOf(item, resource), filter.path)).some((object) =>
        objectMatches(filter.element, object),
      );
    default:
      return termMatches(filter, item, resource);
  }
}

/** Whether an object passes, all of which is metadata. */
export function objectMatches(filter: Filter<never>, object: JsonObject): boolean {
  return matches(filter, object, ELEMENT);
}

const ELEMENT: Resource<JsonObject, never> = { fields: {}, metadata: (object) => object };

function elementsOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function termMatches<T, F extends string>(term: FilterTerm<F>, item: T, resource: Resource<T, F>): boolean {
  const value = read(term.value, item, resource);
  switch (term.kind) {
    case "member":
      return Array.isArray(value) && value.includes(term.literal);
    case "has":
      return value !== undefined;
    case "match":
      return typeof value === "string" && matchesText(value, term, term.folded ? foldOf(term.value, resource) : asIs);
    case "in":
      return term.literals.some((literal) => equal(term.value, value, literal, resource));
    case "compare":
      return compareTerm(term, value, resource);
  }
}

function compareTerm<T, F extends string>(
  { value: place, operator, literal, folded }: CompareTerm<F>,
  value: JsonValue | undefined,
  resource: Resource<T, F>,
): boolean {
  if (folded && typeof literal === "string") {
    const fold = foldOf(place, resource);
    return typeof value === "string" && inOrder(fold(value), operator, fold(literal));
  }
  return operator === "==" || operator === "!="
    ? typeOf(value) === typeOf(literal) && equal(place, value, literal, resource) === (operator === "==")
    : inOrder(value, operator, literal);
}

type CompareTerm<F extends string> = Extract<FilterTerm<F>, { kind: "compare" }>;

function matchesText(value: string, { method, text }: { method: TextMethod; text: string }, fold: Fold): boolean {
  return METHODS[method](fold(value), fold(text));
}

type Fold = (text: string) => string;

const asIs: Fold = (text) => text;

function foldOf<T, F extends string>(place: Place<F>, { fields }: Resource<T, F>): Fold {
  return ("field" in place ? fields[place.field].fold : undefined) ?? foldAscii;
}

const METHODS: Readonly<Record<TextMethod, (value: string, text: string) => boolean>> = {
  startsWith: (value, text) => value.startsWith(text),
  endsWith: (value, text) => value.endsWith(text),
  contains: (value, text) => value.includes(text),
};

/** Undefined where there is no value: JSON null is one, a field that is not set is not. */
function read<T, F extends string>(place: Place<F>, item: T, resource: Resource<T, F>): JsonValue | undefined {
  return "path" in place
    ? valueAt(metadataOf(item, resource), place.path)
    : (resource.fields[place.field].read(item) ?? undefined);
}

function metadataOf<T, F extends string>(item: T, { metadata }: Resource<T, F>): JsonObject {
  return metadata?.(item) ?? {};
}

function valueAt(metadata: JsonValue, path: MetadataPath): JsonValue | undefined {
  let value: JsonValue | undefined = metadata;
  for (const key of path) {
    value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

function typeOf(value: JsonValue | undefined): string {
  return value === null ? "null" : typeof value;
}

function equal<T, F extends string>(
  place: Place<F>,
  value: JsonValue | undefined,
  literal: Literal,
  { fields }: Resource<T, F>,
): boolean {
  const fold = "field" in place ? fields[place.field].fold : undefined;
  return fold !== undefined && typeof value === "string" && typeof literal === "string"
    ? fold(value) === fold(literal)
    : value === literal;
}

function inOrder(value: JsonValue | undefined, operator: Operator, literal: Literal): boolean {
  const order = compare(value, literal);
  if (order === undefined) {
    return false;
  }
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    default:
      return order >= 0;
  }
}

function compare(value: JsonValue | undefined, literal: Literal): number | undefined {
  if (typeof value === "string" && typeof literal === "string") {
    return Buffer.compare(Buffer.from(value), Buffer.from(literal));
  }
  const comparable = typeof value === typeof literal && (typeof value === "number" || typeof value === "boolean");
  return comparable ? Number(value) - Number(literal) : undefined;
}
