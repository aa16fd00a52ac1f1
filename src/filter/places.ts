import type { Place } from "../directory/lists/filter.ts";
import type { Cel, Source } from "./cel.ts";
import type { FieldType, Resource } from "./fields.ts";
import { readLiteral } from "./literals.ts";

/** Where a term looks, and what it may find there. Metadata may have anything. */
export interface TypedPlace<F extends string> {
  readonly place: Place<F>;
  readonly type: FieldType | "any";
  readonly names?: readonly string[] | undefined;
}

const MAX_KEYS = 32;

/** The part as a place; undefined if it is none. Throws FILTER_INVALID for a place that there is not. */
export function readPlace<T, F extends string>(
  source: Source,
  part: Cel,
  resource: Resource<T, F>,
): TypedPlace<F> | undefined {
  const path = readPath(source, part);
  if (path === undefined) {
    return undefined;
  }
  const [root = "", ...keys] = path;
  if (root === "metadata" && resource.metadata !== undefined) {
    return metadataPlace(source, part, keys);
  }
  if (!isField(resource, root)) {
    return source.fail(part, `there is no field ${JSON.stringify(root)}; there are ${placeNames(resource).join(", ")}`);
  }
  if (keys.length > 0) {
    return source.fail(part, `${root} has no members; only metadata has`);
  }
  const { type, names } = resource.fields[root];
  return { place: { field: root }, type, names };
}

/** The places of a resource, by their names in the schema. */
export function placeNames<T, F extends string>({ fields, metadata }: Resource<T, F>): string[] {
  return [...Object.keys(fields), ...(metadata === undefined ? [] : ["metadata"])];
}

function metadataPlace(source: Source, part: Cel, path: readonly string[]): TypedPlace<never> {
  if (path.length === 0) {
    return source.fail(part, 'name a key of metadata: metadata.plan or metadata["a key"]');
  }
  return path.length > MAX_KEYS
    ? source.fail(part, `a path has at most ${MAX_KEYS} keys`)
    : { place: { path }, type: "any" };
}

function isField<T, F extends string>({ fields }: Resource<T, F>, name: string): name is F {
  return Object.hasOwn(fields, name);
}

/** The names in `a.b["c"]`; undefined for anything else. */
function readPath(source: Source, part: Cel): string[] | undefined {
  const { exprKind } = part;
  if (exprKind.case === "identExpr") {
    return [exprKind.value.name];
  }
  if (exprKind.case === "selectExpr") {
    const { operand, field, testOnly } = exprKind.value;
    const path = operand === undefined || testOnly ? undefined : readPath(source, operand);
    return path && [...path, field];
  }
  if (exprKind.case !== "callExpr" || exprKind.value.function !== "_[_]") {
    return undefined;
  }
  const [operand, key] = exprKind.value.args;
  const path = operand && readPath(source, operand);
  return path && key && [...path, readKey(source, key)];
}

function readKey(source: Source, key: Cel): string {
  const literal = readLiteral(source, key);
  return typeof literal?.value === "string"
    ? literal.value
    : source.fail(key, 'a key is text: metadata["a key"]; elements of lists can\'t be looked at by their place');
}
