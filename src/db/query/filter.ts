import { sql } from "kysely";
import type { Filter, FilterTerm } from "../../directory/lists/filter.ts";
import type { JsonDialect } from "../engine.ts";
import { type Condition, NEVER } from "./conditions.ts";
import { type FilterColumn, whereField } from "./filter-field.ts";
import { whereMetadata } from "./filter-metadata.ts";

/** Where the fields and the metadata of a resource are. */
export interface FilterColumns<F extends string> {
  readonly fields: Readonly<Record<F, FilterColumn>>;
  /** Absent where rows have none. */
  readonly metadata?: string;
}

/**
 * Whether a row passes the filter: in SQL what `filter/matches.ts` is in memory. A term may be null where it is false. To `and`, `or`
 * and `where` that is the same, so that plain comparisons can use indexes; only under a `not` is it made false.
 */
export function whereFilter<F extends string>(filter: Filter<F>, columns: FilterColumns<F>, json: JsonDialect): Condition {
  switch (filter.kind) {
    case "and":
    case "or": {
      const terms = filter.terms.map((term) => whereFilter(term, columns, json));
      return sql`(${sql.join(terms, sql.raw(` ${filter.kind} `))})`;
    }
    case "not":
      return sql`not coalesce(${whereFilter(filter.term, columns, json)}, false)`;
    case "some":
      return columns.metadata === undefined ? NEVER : whereSome(filter, columns.metadata, json);
    default:
      return whereTerm(filter, columns, json);
  }
}

/** Whether the filter asks for one value of something that has an index for that. */
export function usesFilterIndex<F extends string>(filter: Filter<F>, columns: FilterColumns<F>, json: JsonDialect): boolean {
  if (filter.kind === "and") {
    return filter.terms.some((term) => usesFilterIndex(term, columns, json));
  }
  if (filter.kind !== "compare" || filter.operator !== "==") {
    return false;
  }
  return "path" in filter.value
    ? columns.metadata !== undefined && json.isIndexed(columns.metadata, filter.value.path)
    : columns.fields[filter.value.field].indexed === true;
}

function whereSome({ path, element }: SomeFilter, metadata: string, json: JsonDialect): Condition {
  return json.some(metadata, path, (object) => whereFilter(element, { fields: {}, metadata: object }, json));
}

type SomeFilter = Extract<Filter, { kind: "some" }>;

function whereTerm<F extends string>(
  term: FilterTerm<F>,
  { fields, metadata }: FilterColumns<F>,
  json: JsonDialect,
): Condition {
  if (term.kind === "member") {
    const { value } = term;
    const [column, path] = "path" in value ? [metadata, value.path] : [fields[value.field].column, []];
    return typeof column === "string" ? json.includes(column, path, term.literal) : NEVER;
  }
  if ("field" in term.value) {
    return whereField(term, fields[term.value.field]);
  }
  return metadata === undefined ? NEVER : whereMetadata(term, { column: metadata, path: term.value.path, json });
}
