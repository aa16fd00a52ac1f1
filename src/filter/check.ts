import type { Filter } from "../directory/lists/filter.ts";
import type { Cel, Source } from "./cel.ts";
import type { Resource } from "./fields.ts";
import { checkTerm } from "./terms.ts";

export const MAX_FILTER_TERMS = 64;
export const MAX_FILTER_DEPTH = 32;

/** The filter that a CEL expression is, its fields and types checked. Throws FILTER_INVALID. */
export function checkFilter<T, F extends string>(source: Source, resource: Resource<T, F>): Filter<F> {
  let terms = 0;

  function check(part: Cel, depth: number): Filter<F> {
    if (depth > MAX_FILTER_DEPTH) {
      return source.fail(part, `a filter is at most ${MAX_FILTER_DEPTH} levels deep`);
    }
    const [name, args] = logic(part);
    if (name === "and" || name === "or") {
      return { kind: name, terms: args.flatMap((arg) => chain(arg, name)).map((term) => check(term, depth + 1)) };
    }
    const [negated] = args;
    if (negated !== undefined) {
      return { kind: "not", term: check(negated, depth + 1) };
    }
    terms += 1;
    return terms > MAX_FILTER_TERMS
      ? source.fail(part, `a filter has at most ${MAX_FILTER_TERMS} terms`)
      : checkTerm(source, part, resource);
  }

  return check(source.cel, 1);
}

type Logic = readonly ["and" | "or" | "not" | undefined, readonly Cel[]];

const LOGIC: ReadonlyMap<string, "and" | "or" | "not"> = new Map([
  ["_&&_", "and"],
  ["_||_", "or"],
  ["!_", "not"],
]);

function logic({ exprKind }: Cel): Logic {
  const name = exprKind.case === "callExpr" ? LOGIC.get(exprKind.value.function) : undefined;
  return exprKind.case === "callExpr" && name !== undefined ? [name, exprKind.value.args] : [undefined, []];
}

/** `a && b && c` is one level with three terms, however the parser has grouped it. */
function chain(part: Cel, name: "and" | "or"): readonly Cel[] {
  const [inner, args] = logic(part);
  return inner === name ? args.flatMap((arg) => chain(arg, name)) : [part];
}
