import { type SelectQueryBuilder, type Simplify, sql } from "kysely";
import type { PageQuery } from "../../directory/store/page-query.ts";
import { type OrderColumn, orderTerm } from "./order-columns.ts";
import { type Range, rangesOf } from "./page-ranges.ts";
import type { Queryable } from "./queryable.ts";

/** A page of `rows`, a select without order. Together the columns of the order are unique. */
export function readPage<DB, TB extends keyof DB, O>(
  rows: SelectQueryBuilder<DB, TB, O>,
  order: readonly OrderColumn[],
  page: PageQuery,
): Promise<Array<Simplify<O>>> {
  return fillPage(
    page,
    rangesOf(order, page),
    (range, { limit, skip }) => inOrder(rows, range).limit(limit).offset(skip).execute(),
    (range) => countRows(inRange(rows, range)),
  );
}

/** Reads ranges until the page is full. Those that `skip` leaves out entirely are counted. */
export async function fillPage<R, T>(
  { skip, limit }: Pick<PageQuery, "skip" | "limit">,
  ranges: readonly R[],
  read: (range: R, page: Pick<PageQuery, "skip" | "limit">) => Promise<T[]>,
  count: (range: R) => Promise<number>,
): Promise<T[]> {
  const found: T[] = [];
  let toSkip = skip;
  for (const range of ranges) {
    const part = await read(range, { limit: limit - found.length, skip: toSkip });
    found.push(...part);
    if (found.length === limit) {
      break;
    }
    if (toSkip > 0 && ranges.length > 1) {
      toSkip = part.length > 0 ? 0 : toSkip - (await count(range));
    }
  }
  return found;
}

/** The rows of a range, as a page has them. */
export function inOrder<DB, TB extends keyof DB, O>(
  rows: SelectQueryBuilder<DB, TB, O>,
  range: Range,
): SelectQueryBuilder<DB, TB, O> {
  return range.order.reduce((query, term) => query.orderBy(orderTerm(term)), inRange(rows, range));
}

function inRange<DB, TB extends keyof DB, O>(
  rows: SelectQueryBuilder<DB, TB, O>,
  { where }: Range,
): SelectQueryBuilder<DB, TB, O> {
  return where === undefined ? rows : rows.where(where);
}

/** How many rows a select has, of which no more than `upTo` are looked for. Undefined: all. */
export async function countRowsUpTo<DB, TB extends keyof DB, O>(
  db: Queryable,
  rows: SelectQueryBuilder<DB, TB, O>,
  upTo: number | undefined,
): Promise<number> {
  if (upTo === undefined) {
    return countRows(rows);
  }
  const found = rows.clearSelect().select(sql`1`.as("one")).limit(upTo).as("found");
  const counted = db.selectFrom(found).select(sql<number>`count(*)`.as("count"));
  return (await counted.executeTakeFirstOrThrow()).count;
}

/** How many rows a select has. */
async function countRows<DB, TB extends keyof DB, O>(rows: SelectQueryBuilder<DB, TB, O>): Promise<number> {
  const counted = rows.clearSelect().select(sql`count(*)`.as("count")).$castTo<{ count: number }>();
  return (await counted.executeTakeFirstOrThrow()).count;
}
