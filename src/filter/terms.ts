import type { FilterTerm, Literal, Operator, TextMethod } from "../directory/lists/filter.ts";
import type { Cel, Source } from "./cel.ts";
import type { Resource } from "./fields.ts";
import { readLiteral } from "./literals.ts";
import { readPlace, type TypedPlace } from "./places.ts";
import { checkName, checkType } from "./types.ts";

/** One term: a comparison, a test, or a truth value by itself. Throws FILTER_INVALID. */
export function checkTerm<T, F extends string>(source: Source, part: Cel, resource: Resource<T, F>): FilterTerm<F> {
  const placeOf = (given: Cel) => readPlace(source, given, resource);
  const { exprKind } = part;
  if (exprKind.case === "selectExpr" && exprKind.value.testOnly) {
    const selected: Cel = { ...part, exprKind: { case: "selectExpr", value: { ...exprKind.value, testOnly: false } } };
    return hasTerm(source, part, placeOf(selected));
  }
  if (exprKind.case !== "callExpr" || exprKind.value.function === "_[_]") {
    return truthTerm(source, part, placeOf(part));
  }
  const { function: name, target, args } = exprKind.value;
  const [first, second] = args;
  const operator = OPERATORS.get(name);
  if (operator !== undefined && first !== undefined && second !== undefined) {
    return comparison(source, part, operator, first, second, placeOf);
  }
  if (name === "@in" && first !== undefined && second !== undefined) {
    return inTerm(source, first, second, placeOf);
  }
  if (name === "has" && target === undefined && first !== undefined && args.length === 1) {
    return hasTerm(source, first, placeOf(first));
  }
  if (isTextMethod(name) && target !== undefined && first !== undefined && args.length === 1) {
    return matchTerm(source, name, target, first, placeOf);
  }
  return source.fail(part, `${name.replaceAll("_", "") || name} can't be used here: ${USAGE}`);
}

const USAGE =
  "a filter compares fields with literals by == != < <= > >= in startsWith endsWith contains has, joined by && || !";

type PlaceOf<F extends string> = (part: Cel) => TypedPlace<F> | undefined;

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ["_==_", "=="],
  ["_!=_", "!="],
  ["_<_", "<"],
  ["_<=_", "<="],
  ["_>_", ">"],
  ["_>=_", ">="],
]);

/** The same comparison with its sides changed. */
const MIRRORED: Readonly<Record<Operator, Operator>> = {
  "==": "==",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

function comparison<F extends string>(
  source: Source,
  part: Cel,
  operator: Operator,
  left: Cel,
  right: Cel,
  placeOf: PlaceOf<F>,
): FilterTerm<F> {
  const mirrored = readLiteral(source, left) !== undefined;
  const [at, place] = mirrored ? [left, placeOf(right)] : [right, placeOf(left)];
  const literal = readLiteral(source, at);
  if (place === undefined || literal === undefined) {
    return source.fail(part, "a comparison has a field on one side and a literal on the other");
  }
  checkType(source, at, place, literal);
  if (literal.value === null && operator !== "==" && operator !== "!=") {
    return source.fail(part, "null has no order");
  }
  if (operator === "==" || operator === "!=") {
    checkName(source, at, place, literal);
  }
  return {
    kind: "compare",
    value: place.place,
    operator: mirrored ? MIRRORED[operator] : operator,
    literal: literal.value,
  };
}

function inTerm<F extends string>(source: Source, left: Cel, right: Cel, placeOf: PlaceOf<F>): FilterTerm<F> {
  const member = readLiteral(source, left);
  if (member !== undefined) {
    const list = placeOf(right);
    if (list === undefined || (list.type !== "any" && list.type !== "list")) {
      return source.fail(right, "the field is no list");
    }
    checkType(source, left, list.type === "list" ? { ...list, type: "text" } : list, member);
    return { kind: "member", value: list.place, literal: member.value };
  }
  const place = placeOf(left);
  if (place === undefined || right.exprKind.case !== "listExpr") {
    return source.fail(right, 'in is for a field and a list, status in ["ACTIVE", "INVITED"], or a literal and a list');
  }
  const literals = right.exprKind.value.elements.map((element): Literal => {
    const literal = readLiteral(source, element) ?? source.fail(element, "a list has literals only");
    checkType(source, element, place, literal);
    checkName(source, element, place, literal);
    return literal.value;
  });
  return { kind: "in", value: place.place, literals };
}

function matchTerm<F extends string>(
  source: Source,
  method: TextMethod,
  target: Cel,
  argument: Cel,
  placeOf: PlaceOf<F>,
): FilterTerm<F> {
  const place = placeOf(target);
  if (place === undefined || (place.type !== "text" && place.type !== "any")) {
    return source.fail(target, `${method} is for text`);
  }
  const literal = readLiteral(source, argument);
  return typeof literal?.value === "string"
    ? { kind: "match", value: place.place, method, text: literal.value }
    : source.fail(argument, `${method} takes text in quotes`);
}

function isTextMethod(name: string): name is TextMethod {
  return name === "startsWith" || name === "endsWith" || name === "contains";
}

function hasTerm<F extends string>(source: Source, part: Cel, place: TypedPlace<F> | undefined): FilterTerm<F> {
  return place === undefined ? source.fail(part, "has takes a field") : { kind: "has", value: place.place };
}

/** `super_admin` by itself is `super_admin == true`. */
function truthTerm<F extends string>(source: Source, part: Cel, place: TypedPlace<F> | undefined): FilterTerm<F> {
  return place?.type === "boolean" || place?.type === "any"
    ? { kind: "compare", value: place.place, operator: "==", literal: true }
    : source.fail(part, "this is neither true nor false: compare it with something");
}
