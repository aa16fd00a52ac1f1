import { sql } from "kysely";
import { foldAscii, type Literal, type MetadataPath, type Operator } from "../../directory/lists/filter.ts";
import type { JsonDialect } from "../engine.ts";
import { type Condition, compare, isOneOf, lowerCase, matchesText, NEVER, type ValueTerm } from "./conditions.ts";

/** A place in a column of metadata. */
interface JsonPlace {
  readonly column: string;
  readonly path: MetadataPath;
  readonly json: JsonDialect;
}

export function whereMetadata(term: ValueTerm, { column, path, json }: JsonPlace): Condition {
  switch (term.kind) {
    case "has":
      return sql`${json.value(column, path)} is not null`;
    case "match":
      return term.folded
        ? matchesText(lowerCase(json.text(column, path)), term.method, foldAscii(term.text))
        : matchesText(json.text(column, path), term.method, term.text);
    case "in":
      return term.literals.length === 0 ? NEVER : equalsOneOf(term.literals, { column, path, json });
    case "compare":
      return term.folded && typeof term.literal === "string"
        ? compare(lowerCase(json.text(column, path)), term.operator, sql`${foldAscii(term.literal)}`)
        : comparePlace({ column, path, json }, term.operator, term.literal);
  }
}

function comparePlace(place: JsonPlace, operator: Operator, literal: Literal): Condition {
  const { column, path, json } = place;
  if (operator === "==") {
    return equalsOneOf([literal], place);
  }
  if (operator !== "!=" && typeof literal === "string") {
    return compare(json.text(column, path), operator, sql`${literal}`);
  }
  if (operator !== "!=" && typeof literal === "number") {
    return compare(json.number(column, path), operator, sql`${literal}`);
  }
  const other = compare(json.value(column, path), operator, json.literal(literal));
  return sql`(${json.hasTypeOf(column, path, literal)} and ${other})`;
}

/** By the index, if there is one: what that keeps of a value may be the same for values that differ. */
function equalsOneOf(literals: readonly Literal[], { column, path, json }: JsonPlace): Condition {
  const equals = isOneOf(json.value(column, path), literals.map(json.literal));
  return json.isIndexed(column, path)
    ? sql`(${isOneOf(json.key(column, path), literals.map(json.keyOf))} and ${equals})`
    : equals;
}
