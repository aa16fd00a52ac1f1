import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { FilterTerm, Operator, TextMethod } from "../../directory/lists/filter.ts";

export type Condition = RawBuilder<SqlBool>;

/** A term about a single value. */
export type ValueTerm = Exclude<FilterTerm, { kind: "member" }>;

export const NEVER: Condition = sql`1 = 0`;

const SYMBOLS: Readonly<Record<Operator, string>> = { "==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=" };

export function compare(left: RawBuilder<unknown>, operator: Operator, right: RawBuilder<unknown>): Condition {
  return sql`${left} ${sql.raw(SYMBOLS[operator])} ${right}`;
}

export function isOneOf(value: RawBuilder<unknown>, values: ReadonlyArray<RawBuilder<unknown>>): Condition {
  const [first] = values;
  return values.length === 1 ? sql`${value} = ${first}` : sql`${value} in (${sql.join(values)})`;
}

/** In columns that go byte by byte, the case of ASCII letters alone. */
export function lowerCase(value: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`lower(${value})`;
}

/** Character by character: `like` has wildcards, and on SQLite no case. */
export function matchesText(value: RawBuilder<unknown>, method: TextMethod, text: string): Condition {
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
