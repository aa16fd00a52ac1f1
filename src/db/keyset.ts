import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { PageQuery } from "../directory/store.ts";

/** A column that a list is ordered by. Absent values come first ascending, last descending. */
export interface OrderColumn {
  readonly column: string;
  readonly descending: boolean;
  readonly nullable?: boolean;
}

/** The order of a walk: as it is, or turned round for a walk against it. */
export function walk(order: readonly OrderColumn[], direction: PageQuery["direction"]): OrderColumn[] {
  return order.map((term) => ({ ...term, descending: term.descending === (direction === "after") }));
}

/** `order by` terms. SQLite has nulls where we want them; PostgreSQL must be told. */
export function orderTerms(order: readonly OrderColumn[]): Array<RawBuilder<unknown>> {
  return order.map(({ column, descending, nullable }) => {
    const nulls = nullable ? sql.raw(descending ? " nulls last" : " nulls first") : sql.raw("");
    return sql`${sql.ref(column)} ${sql.raw(descending ? "desc" : "asc")}${nulls}`;
  });
}

type Condition = RawBuilder<SqlBool>;
type Value = string | number | null;

/** True of the rows that come later than `key`. The bound on the first column alone lets an index begin there. */
export function comesAfter(order: readonly OrderColumn[], key: readonly Value[]): Condition {
  const [first] = order;
  const later = laterIn(order, key);
  const value = key[0] ?? null;
  if (first === undefined || first.nullable) {
    return later;
  }
  return sql<SqlBool>`(${sql.ref(first.column)} ${sql.raw(first.descending ? "<=" : ">=")} ${value} and ${later})`;
}

function laterIn(order: readonly OrderColumn[], key: readonly Value[]): Condition {
  const [term, ...rest] = order;
  if (term === undefined) {
    return NEVER;
  }
  const value = key[0] ?? null;
  const beyond = beyondValue(term, value);
  if (rest.length === 0) {
    return beyond;
  }
  const same = value === null ? sql`${sql.ref(term.column)} is null` : sql`${sql.ref(term.column)} = ${value}`;
  return sql<SqlBool>`(${beyond} or (${same} and ${laterIn(rest, key.slice(1))}))`;
}

function beyondValue({ column, descending, nullable }: OrderColumn, value: Value): Condition {
  const reference = sql.ref(column);
  if (value === null) {
    return descending ? NEVER : sql<SqlBool>`${reference} is not null`;
  }
  if (!descending) {
    return sql<SqlBool>`${reference} > ${value}`;
  }
  return nullable ? sql<SqlBool>`(${reference} < ${value} or ${reference} is null)` : sql<SqlBool>`${reference} < ${value}`;
}

const NEVER = sql<SqlBool>`1 = 0`;
