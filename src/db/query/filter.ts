import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Filter, FilterTerm, Literal, MetadataPath, Operator, TextMethod } from "../../directory/lists/filter.ts";
import type { JsonDialect } from "../engine.ts";

/** Where the fields and the metadata of a resource are. */
export interface FilterColumns<F extends string> {
  readonly fields: Readonly<Record<F, FilterColumn>>;
  readonly metadata: string;
}

export interface FilterColumn {
  readonly column: string;
  /** What equality goes by, where it is another column. */
  readonly folded?: { readonly column: string; readonly fold: (text: string) => string };
  /** Numbers that filters may compare with fractions. */
  readonly number?: boolean;
  /** There is an index on it for lists that filter by it. */
  readonly indexed?: boolean;
}

type Condition = RawBuilder<SqlBool>;

/**
 * The rows that the filter lets pass. The twin of `filter/matches.ts`. A term may be null where it is false: and, or and
 * `where` make nothing of that, so that plain comparisons can use indexes; only under a `not` is it spelt out.
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
    default:
      return whereTerm(filter, columns, json);
  }
}

/** Whether all rows that pass have one and the same value where there is an index for that. */
export function isPinned<F extends string>(filter: Filter<F>, columns: FilterColumns<F>, json: JsonDialect): boolean {
  if (filter.kind === "and") {
    return filter.terms.some((term) => isPinned(term, columns, json));
  }
  if (filter.kind !== "compare" || filter.operator !== "==") {
    return false;
  }
  return "path" in filter.value
    ? json.isIndexed(columns.metadata, filter.value.path)
    : columns.fields[filter.value.field].indexed === true;
}

function whereTerm<F extends string>(
  term: FilterTerm<F>,
  { fields, metadata }: FilterColumns<F>,
  json: JsonDialect,
): Condition {
  if (term.kind === "member") {
    return json.includes(metadata, term.path, term.literal);
  }
  return "path" in term.value
    ? whereMetadata(term, metadata, term.value.path, json)
    : whereField(term, fields[term.value.field]);
}

type ValueTerm = Exclude<FilterTerm, { kind: "member" }>;

function whereField(term: ValueTerm, field: FilterColumn): Condition {
  const column = sql.ref(field.column);
  switch (term.kind) {
    case "has":
      return sql`${column} is not null`;
    case "match":
      return matchesText(column, term.method, term.text);
    case "in": {
      const { place, bind } = byEquality(field);
      return term.literals.length === 0 ? NEVER : sql`${place} in (${sql.join(term.literals.map(bind))})`;
    }
    case "compare": {
      const isEquality = term.operator === "==" || term.operator === "!=";
      const { place, bind } = isEquality ? byEquality(field) : byOrder(field);
      return compare(place, term.operator, bind(term.literal));
    }
  }
}

/** What of a field is compared, and with what. */
function byEquality({ folded, ...field }: FilterColumn) {
  return folded === undefined
    ? byOrder(field)
    : {
        place: sql.ref(folded.column),
        bind: (literal: Literal) => sql`${typeof literal === "string" ? folded.fold(literal) : literal}`,
      };
}

function byOrder({ column, number }: FilterColumn) {
  return {
    place: number ? sql`cast(${sql.ref(column)} as double precision)` : sql.ref(column),
    bind: (literal: Literal) => sql`${typeof literal === "boolean" ? Number(literal) : literal}`,
  };
}

function whereMetadata(term: ValueTerm, column: string, path: MetadataPath, json: JsonDialect): Condition {
  switch (term.kind) {
    case "has":
      return sql`${json.value(column, path)} is not null`;
    case "match":
      return matchesText(json.text(column, path), term.method, term.text);
    case "in":
      return term.literals.length === 0 ? NEVER : equalsOneOf(term.literals, column, path, json);
    case "compare":
      return compareMetadata(term.operator, term.literal, column, path, json);
  }
}

function compareMetadata(
  operator: Operator,
  literal: Literal,
  column: string,
  path: MetadataPath,
  json: JsonDialect,
): Condition {
  if (operator === "==") {
    return equalsOneOf([literal], column, path, json);
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

function equalsOneOf(literals: readonly Literal[], column: string, path: MetadataPath, json: JsonDialect): Condition {
  const found = isOneOf(json.value(column, path), literals.map(json.literal));
  return json.isIndexed(column, path)
    ? sql`(${isOneOf(json.key(column, path), literals.map(json.keyOf))} and ${found})`
    : found;
}

function isOneOf(value: RawBuilder<unknown>, values: ReadonlyArray<RawBuilder<unknown>>): Condition {
  const [first] = values;
  return values.length === 1 ? sql`${value} = ${first}` : sql`${value} in (${sql.join(values)})`;
}

const SYMBOLS: Readonly<Record<Operator, string>> = { "==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=" };

function compare(left: RawBuilder<unknown>, operator: Operator, right: RawBuilder<unknown>): Condition {
  return sql`${left} ${sql.raw(SYMBOLS[operator])} ${right}`;
}

/** Character by character: `like` has wildcards, and on SQLite no case. */
function matchesText(value: RawBuilder<unknown>, method: TextMethod, text: string): Condition {
  const length = [...text].length;
  switch (method) {
    case "startsWith":
      return sql`substr(${value}, 1, ${length}) = ${text}`;
    case "endsWith":
      return sql`substr(${value}, length(${value}) - ${length} + 1) = ${text}`;
    case "contains":
      // Without its occurrences the text is shorter, unless there are none.
      return text === "" ? sql`${value} is not null` : sql`replace(${value}, ${text}, '') <> ${value}`;
  }
}

const NEVER: Condition = sql`1 = 0`;
