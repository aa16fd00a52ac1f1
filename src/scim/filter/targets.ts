import type { Filter, MetadataPath, Place } from "../../directory/lists/filter.ts";
import { scimError } from "../protocol/errors.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { AttributePath, ScimFilter } from "./ast.ts";
import { compareAt, type Question } from "./comparisons.ts";
import { spell } from "./paths.ts";

/** What can be asked about an attribute. */
export interface Target<F extends string> {
  readonly present: Filter<F>;
  readonly compare: (question: Question) => Filter<F>;
}

/** What has one place. */
export function placed<F extends string>(place: Place<F>, attribute: Attribute | undefined): Target<F> {
  return { present: { kind: "has", value: place }, compare: (question) => compareAt(place, attribute, question) };
}

/** What is kept in the metadata or, where nothing is, what fields have. */
export function keptOr<F extends string>(at: MetadataPath, kept: Target<F>, held: Target<F>): Target<F> {
  const either = (first: Filter<F>, second: Filter<F>): Filter<F> =>
    or(first, and(not({ kind: "has", value: { path: at } }), second));
  return {
    present: either(kept.present, held.present),
    compare: (question) => either(kept.compare(question), held.compare(question)),
  };
}

export function and<F extends string>(...terms: ReadonlyArray<Filter<F>>): Filter<F> {
  return { kind: "and", terms };
}

export function or<F extends string>(...terms: ReadonlyArray<Filter<F>>): Filter<F> {
  return { kind: "or", terms };
}

export function not<F extends string>(term: Filter<F>): Filter<F> {
  return { kind: "not", term };
}

/** Of nothing, all; of nothing, any. */
export const ALWAYS: Filter<never> = { kind: "not", term: { kind: "in", value: { path: ["-"] }, literals: [] } };
export const NEVER: Filter<never> = { kind: "in", value: { path: ["-"] }, literals: [] };

/** The same filter over the places of a resource. Throws invalidFilter. */
export function translate<F extends string>(
  filter: ScimFilter,
  find: (path: AttributePath) => Target<F>,
  some: (path: AttributePath, element: ScimFilter) => Filter<F>,
): Filter<F> {
  switch (filter.kind) {
    case "and":
    case "or":
      return { kind: filter.kind, terms: filter.terms.map((term) => translate(term, find, some)) };
    case "not":
      return not(translate(filter.term, find, some));
    case "present":
      return find(filter.path).present;
    case "some":
      return some(filter.path, filter.element);
    case "compare":
      return translateComparison(filter, find(filter.path));
  }
}

/** What is not there is equal to null, and differs from everything else. */
function translateComparison<F extends string>(
  { path, operator, literal }: Extract<ScimFilter, { kind: "compare" }>,
  { present, compare }: Target<F>,
): Filter<F> {
  const about = spell(path);
  if (literal === null) {
    if (operator !== "eq" && operator !== "ne") {
      throw scimError("invalidFilter", `${about}: null has no order`);
    }
    return operator === "ne" ? present : not(present);
  }
  return operator === "ne" ? not(compare({ operator: "eq", literal, about })) : compare({ operator, literal, about });
}
