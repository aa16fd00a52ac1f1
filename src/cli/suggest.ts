import { closest, distance } from "fastest-levenshtein";

const MAX_TYPOS = 3;

/** `; did you mean email?`, if one of the names is near. */
export function suggestion(given: string, names: readonly string[]): string {
  const nearest = names.length === 0 ? "" : closest(given, [...names]);
  return nearest !== "" && distance(given, nearest) <= Math.min(MAX_TYPOS, given.length - 1)
    ? `; did you mean ${nearest}?`
    : "";
}
