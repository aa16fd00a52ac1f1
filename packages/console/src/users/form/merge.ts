import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { type Difference, differences, same, type Values } from "../user-values.ts";

/** A place that was changed on both sides, to different values. */
export interface Clash {
  readonly place: string;
  readonly base: JsonValue | undefined;
  readonly theirs: JsonValue | undefined;
  readonly mine: JsonValue | undefined;
}

export interface Merge {
  readonly clashes: readonly Clash[];
  /** What others have changed and the form has not: it stays theirs. */
  readonly theirs: readonly Difference[];
}

/** What stands against saving a form, when others have changed the user since it was opened. */
export function merge(base: Values, theirs: Values, mine: Values): Merge {
  const changedByThem = differences(base, theirs);
  const isClash = ({ place }: Difference) =>
    !same(base.get(place), mine.get(place)) && !same(theirs.get(place), mine.get(place));
  return {
    clashes: changedByThem
      .filter(isClash)
      .map(({ place, before, after }) => ({ place, base: before, theirs: after, mine: mine.get(place) })),
    theirs: changedByThem.filter((difference) => !isClash(difference)),
  };
}

/** The values to save: theirs, with what the form has changed on top, but for the clashes in which theirs is kept. */
export function resolve(base: Values, theirs: Values, mine: Values, keepTheirs: ReadonlySet<string>): Values {
  const result = new Map(theirs);
  for (const { place, after } of differences(base, mine)) {
    if (keepTheirs.has(place)) continue;
    if (after === undefined) result.delete(place);
    else result.set(place, after);
  }
  return result;
}

/** The metadata among values whose depth was 1. */
export function metadataOf(values: Values): JsonObject {
  const entries = [...values].filter(([place]) => place.startsWith("metadata."));
  return Object.fromEntries(entries.map(([place, value]) => [place.slice("metadata.".length), value]));
}
