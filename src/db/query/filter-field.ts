import { sql } from "kysely";
import { foldAscii, type Literal } from "../../directory/lists/filter.ts";
import { type Column, columnRef } from "./columns.ts";
import { type Condition, compare, lowerCase, matchesText, NEVER, type ValueTerm } from "./conditions.ts";

export interface FilterColumn {
  /** Of a list: JSON. */
  readonly column: Column;
  /** What equality goes by, where it is another column. */
  readonly folded?: { readonly column: string; readonly fold: (text: string) => string };
  /** Numbers that filters may compare with fractions. */
  readonly number?: boolean;
  /** There is an index on it for lists that filter by it. */
  readonly indexed?: boolean;
}

export function whereField(term: ValueTerm, field: FilterColumn): Condition {
  const column = columnRef(field.column);
  switch (term.kind) {
    case "has":
      return sql`${column} is not null`;
    case "match":
      return matchField(field, term);
    case "in": {
      const { operand, bind } = forEquality(field);
      return term.literals.length === 0 ? NEVER : sql`${operand} in (${sql.join(term.literals.map(bind))})`;
    }
    case "compare": {
      const isEquality = term.operator === "==" || term.operator === "!=";
      const { operand, bind } = isFolded(term) ? forFolded(field) : isEquality ? forEquality(field) : forOrder(field);
      return compare(operand, term.operator, bind(term.literal));
    }
  }
}

/** Whether texts are compared as they are folded. */
function isFolded(term: Extract<ValueTerm, { kind: "compare" }>): boolean {
  return term.folded === true && typeof term.literal === "string";
}

function matchField(field: FilterColumn, { method, text, folded }: Extract<ValueTerm, { kind: "match" }>): Condition {
  return folded
    ? matchesText(forFolded(field).operand, method, foldText(field, text))
    : matchesText(columnRef(field.column), method, text);
}

function forFolded(field: FilterColumn) {
  return {
    operand: field.folded === undefined ? lowerCase(columnRef(field.column)) : sql.ref(field.folded.column),
    bind: (literal: Literal) => sql`${typeof literal === "string" ? foldText(field, literal) : literal}`,
  };
}

function foldText({ folded }: FilterColumn, text: string): string {
  return folded === undefined ? foldAscii(text) : folded.fold(text);
}

/** What of a field is compared, and how literals are written that it is compared with. */
function forEquality({ folded, ...field }: FilterColumn) {
  return folded === undefined
    ? forOrder(field)
    : {
        operand: sql.ref(folded.column),
        bind: (literal: Literal) => sql`${typeof literal === "string" ? folded.fold(literal) : literal}`,
      };
}

function forOrder({ column, number }: FilterColumn) {
  return {
    operand: number ? sql`cast(${columnRef(column)} as double precision)` : columnRef(column),
    bind: (literal: Literal) => sql`${typeof literal === "boolean" ? Number(literal) : literal}`,
  };
}
