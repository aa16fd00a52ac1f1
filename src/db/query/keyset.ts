import { type RawBuilder, type SelectQueryBuilder, type Simplify, type SqlBool, sql } from "kysely";
import type { ListKey, OrderTerm } from "../../directory/lists/order.ts";
import type { PageQuery } from "../../directory/store/page-query.ts";

/** A column that a list is ordered by. Absent values come first ascending, last descending. */
export interface OrderColumn {
  readonly column: string;
  readonly descending: boolean;
  readonly nullable?: boolean;
  /** Which of the indexes that begin alike, if it is not that of the plain order. */
  readonly apart?: Apart | undefined;
}

/**
 * PostgreSQL would choose by its statistics, which don't know that the users of an account, or those with a status, may all be
 * old ones: it would walk past everybody else's. So lists by a filter, and those of all accounts, name their time in a way that only
 * their own indexes have: by saying where absent values would come, and as a sum.
 */
type Apart = "filtered" | "everywhere";

/** The columns of an order. Within an account the id decides: what would come after it has no say. */
export function orderColumns<F extends string>(
  order: ReadonlyArray<OrderTerm<F>>,
  columns: Readonly<Record<OrderTerm<F>["field"], Omit<OrderColumn, "descending">>>,
  { accountId, pinned }: { readonly accountId: string | null; readonly pinned: boolean },
): OrderColumn[] {
  const byId = order.findIndex(({ field }) => field === "id") + 1;
  const deciding = accountId === null ? order : order.slice(0, byId);
  const apart = accountId === null ? "everywhere" : pinned ? "filtered" : undefined;
  return deciding.map(({ field, descending }) => ({
    ...columns[field],
    descending,
    apart: field === "create_time" ? apart : undefined,
  }));
}

/**
 * A page of `rows`, a select without order. Together the columns of the order are unique. A page that begins at a key is read
 * range by range, each in a row of an index on the order: an `or` of them would be a scan or a sort.
 */
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

/** The ranges of a page, in the order they are read. Their number and text depend on which values of the key are absent, no more. */
export function rangesOf(
  order: readonly OrderColumn[],
  { direction, from }: Pick<PageQuery, "direction" | "from">,
): Range[] {
  const way = direction === "after" ? order : order.map((term) => ({ ...term, descending: !term.descending }));
  return from === null ? [{ where: EVERYTHING, order: way }] : rangesAfter(way, from);
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
  return where === EVERYTHING ? rows : rows.where(where);
}

/** How many rows a select has. */
export async function countRows<DB, TB extends keyof DB, O>(rows: SelectQueryBuilder<DB, TB, O>): Promise<number> {
  const counted = rows.clearSelect().select(sql`count(*)`.as("count")).$castTo<{ count: number }>();
  return (await counted.executeTakeFirstOrThrow()).count;
}

/** SQLite has nulls where we want them; PostgreSQL must be told. */
function orderTerm(term: OrderColumn): RawBuilder<unknown> {
  const { descending, nullable, apart } = term;
  const nulls = nullable || apart === "filtered" ? sql.raw(descending ? " nulls last" : " nulls first") : sql.raw("");
  return sql`${reference(term)} ${sql.raw(descending ? "desc" : "asc")}${nulls}`;
}

function reference({ column, apart }: OrderColumn): RawBuilder<unknown> {
  return apart === "everywhere" ? sql`${sql.ref(column)} + 0` : sql.ref(column);
}

type Condition = RawBuilder<SqlBool>;

const EVERYTHING: Condition = sql`true`;

/** Rows, and what they are to be ordered by: the columns in which they differ. */
export interface Range {
  readonly where: Condition;
  readonly order: readonly OrderColumn[];
}

/** The rows that come after the key, as ranges that follow each other. */
function rangesAfter(order: readonly OrderColumn[], key: ListKey): Range[] {
  const [first, ...rest] = order;
  if (first === undefined) {
    return [];
  }
  if (isOneRange(order, key)) {
    const columns = sql.join(order.map(reference));
    return [{ where: sql`(${columns}) ${beyond(first)} (${sql.join(key.slice(0, order.length))})`, order }];
  }
  const [value = null, ...values] = key;
  const ties = rangesAfter(rest, values).map((range) => {
    // A column that is null is no constant to PostgreSQL: it stays in the order, as it is in the index.
    return value === null
      ? { where: sql<SqlBool>`${reference(first)} is null and ${range.where}`, order: [first, ...range.order] }
      : { where: sql<SqlBool>`${reference(first)} = ${value} and ${range.where}`, order: range.order };
  });
  return [...ties, ...conditionsBeyond(first, value).map((where) => ({ where, order }))];
}

/** Whether all columns compare as one: they go one way, and no value is absent, which would compare with nothing. */
function isOneRange(order: readonly OrderColumn[], key: ListKey): boolean {
  const [first] = order;
  return (
    order.length > 1 &&
    order.every(({ descending, nullable = false, apart }, place) => {
      const mayBeAbsent = nullable && (descending || key[place] === null);
      // SQLite finds no place in an index by a row with a sum.
      return descending === first?.descending && !mayBeAbsent && apart !== "everywhere";
    })
  );
}

function conditionsBeyond(term: OrderColumn, value: ListKey[number]): Condition[] {
  const { descending, nullable } = term;
  if (value === null) {
    return descending ? [] : [sql`${reference(term)} is not null`];
  }
  const absent: Condition[] = descending && nullable ? [sql`${reference(term)} is null`] : [];
  return [sql`${reference(term)} ${beyond(term)} ${value}`, ...absent];
}

function beyond({ descending }: Pick<OrderColumn, "descending">): RawBuilder<unknown> {
  return sql.raw(descending ? "<" : ">");
}
