import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { ListKey } from "../../directory/lists/order.ts";
import type { PageQuery } from "../../directory/store/page-query.ts";
import type { Condition } from "./conditions.ts";
import { type OrderColumn, operand } from "./order-columns.ts";

/**
 * Part of a page, which lies in one piece in an index on the order. A page that begins at a key is read range by range: one condition
 * with an `or` would be a scan or a sort.
 */
export interface Range {
  /** Undefined: every row. */
  readonly where: Condition | undefined;
  /** The columns in which the rows differ. */
  readonly order: readonly OrderColumn[];
}

interface RangeAfter extends Range {
  readonly where: Condition;
}

/** The ranges of a page, in the order they are read. Their number and text depend on which values of the key are absent, no more. */
export function rangesOf(
  order: readonly OrderColumn[],
  { direction, from }: Pick<PageQuery, "direction" | "from">,
): Range[] {
  const directed = direction === "after" ? order : order.map((term) => ({ ...term, descending: !term.descending }));
  return from === null ? [{ where: undefined, order: directed }] : rangesAfter(directed, from);
}

/** The rows that come after the key, as ranges that follow each other. */
function rangesAfter(order: readonly OrderColumn[], key: ListKey): RangeAfter[] {
  const [first, ...rest] = order;
  if (first === undefined) {
    return [];
  }
  if (isOneRange(order, key)) {
    const columns = sql.join(order.map(operand));
    const values = sql.join(order.map((term, place) => compared(term, key[place])));
    return [{ where: sql`(${columns}) ${beyond(first)} (${values})`, order }];
  }
  const [value = null, ...values] = key;
  const ties = rangesAfter(rest, values).map((range) => {
    // A column that is null is no constant to PostgreSQL: it stays in the order, as it is in the index.
    return value === null
      ? { where: sql<SqlBool>`${operand(first)} is null and ${range.where}`, order: [first, ...range.order] }
      : { where: sql<SqlBool>`${operand(first)} = ${value} and ${range.where}`, order: range.order };
  });
  return [...ties, ...conditionsBeyond(first, value).map((where) => ({ where, order }))];
}

/** Whether all columns compare as one: they go one way, and no value is absent, which would compare with nothing. */
function isOneRange(order: readonly OrderColumn[], key: ListKey): boolean {
  const [first] = order;
  return (
    order.length > 1 &&
    order.every(({ descending, nullable = false, index }, place) => {
      const mayBeAbsent = nullable && (descending || key[place] === null);
      // SQLite finds no place in an index by a row with a sum.
      return descending === first?.descending && !mayBeAbsent && index !== "ofAllAccounts";
    })
  );
}

/**
 * PostgreSQL estimates how many rows come after a key by its first column alone. Where most rows have the same value there, it may expect
 * none, and choose an index that makes it sort them all: of a value that it does not know when it plans, it expects a third.
 */
function compared({ fewValues }: OrderColumn, value: ListKey[number] | undefined): RawBuilder<unknown> {
  return fewValues ? sql`(select cast(${value} as text))` : sql`${value}`;
}

function conditionsBeyond(term: OrderColumn, value: ListKey[number]): Condition[] {
  const { descending, nullable } = term;
  if (value === null) {
    return descending ? [] : [sql`${operand(term)} is not null`];
  }
  const absent: Condition[] = descending && nullable ? [sql`${operand(term)} is null`] : [];
  return [sql`${operand(term)} ${beyond(term)} ${value}`, ...absent];
}

function beyond({ descending }: Pick<OrderColumn, "descending">): RawBuilder<unknown> {
  return sql.raw(descending ? "<" : ">");
}
