import type { Problem } from "../../api/problem.ts";

/** A filter that finds what was searched for, too, in lists that have no search of their own. `search`: of CEL, or empty. */
export function searched(filter: string, search: string): string {
  return filter === "" ? search : search === "" ? filter : `(${filter}) && (${search})`;
}

/** What is wrong with the filter alone: its place is counted from its own beginning. */
export function problemOfFilter(problem: Problem | undefined, search: string): Problem | undefined {
  if (problem?.reason !== "FILTER_INVALID") return undefined;
  return search === "" || problem.offset === undefined ? problem : { ...problem, offset: Math.max(0, problem.offset - 1) };
}

/** That a field has a text in it, as it was typed or with capital letters where words begin: filters tell letters of both cases apart. */
export function contains(field: string, text: string): string {
  const capitals = text.replaceAll(/(?<=^|\s)\p{L}/gu, (letter) => letter.toUpperCase());
  const variants = [...new Set([text, capitals])];
  return variants.map((variant) => `${field}.contains(${JSON.stringify(variant)})`).join(" || ");
}
