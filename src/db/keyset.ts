import { type RawBuilder, type SelectQueryBuilder, type Simplify, type SqlBool, sql } from "kysely";
import type { ListKey, OrderTerm } from "../directory/order.ts";
import type { PageQuery } from "../directory/store.ts";

/** A column that a list is ordered by. Absent values come first ascending, last descending. */
export interface OrderColumn {
  readonly column: string;
  readonly descending: boolean;
  readonly nullable?: boolean;
}

/** The columns of an order. Within an account the id decides: what would come after it has no say. */
export function orderColumns<F extends string>(
  order: ReadonlyArray<OrderTerm<F>>,
  columns: Readonly<Record<OrderTerm<F>["field"], Omit<OrderColumn, "descending">>>,
  accountId: string | null,
): OrderColumn[] {
  const byId = order.findIndex(({ field }) => field === "id") + 1;
  const deciding = accountId === null ? order : order.slice(0, byId);
  return deciding.map(({ field, descending }) => ({ ...columns[field], descending }));
}

/**
 * A page of `rows`, a select without order. Together the columns of the order are unique. A page that begins at a key is read
 * range by range, each in a row of an index on the order: an `or` of them would be a scan or a sort.
 */
export async function readPage<DB, TB extends keyof DB, O>(
  rows: SelectQueryBuilder<DB, TB, O>,
  order: readonly OrderColumn[],
  { direction, from, skip, limit }: PageQuery,
): Promise<Array<Simplify<O>>> {
  const way = direction === "after" ? order : order.map((term) => ({ ...term, descending: !term.descending }));
  const ordered = way.reduce((query, term) => query.orderBy(orderTerm(term)), rows);
  if (from === null) {
    return ordered.limit(limit).offset(skip).execute();
  }
  const found: Array<Simplify<O>> = [];
  let toSkip = skip;
  for (const range of rangesAfter(way, from)) {
    const part = await ordered
      .where(range)
      .limit(limit - found.length)
      .offset(toSkip)
      .execute();
    found.push(...part);
    if (found.length === limit) {
      break;
    }
    if (toSkip > 0) {
      toSkip = part.length > 0 ? 0 : toSkip - (await countRows(rows.where(range)));
    }
  }
  return found;
}

/** How many rows a select has. */
export async function countRows<DB, TB extends keyof DB, O>(rows: SelectQueryBuilder<DB, TB, O>): Promise<number> {
  const counted = rows.clearSelect().select(sql`count(*)`.as("count")).$castTo<{ count: number }>();
  return (await counted.executeTakeFirstOrThrow()).count;
}

/** SQLite has nulls where we want them; PostgreSQL must be told. */
function orderTerm({ column, descending, nullable }: OrderColumn): RawBuilder<unknown> {
  const nulls = nullable ? sql.raw(descending ? " nulls last" : " nulls first") : sql.raw("");
  return sql`${sql.ref(column)} ${sql.raw(descending ? "desc" : "asc")}${nulls}`;
}

type Condition = RawBuilder<SqlBool>;

/** The rows that come after the key, as ranges that follow each other. */
function rangesAfter(order: readonly OrderColumn[], key: ListKey): Condition[] {
  const [first, ...rest] = order;
  if (first === undefined) {
    return [];
  }
  if (isOneRange(order, key)) {
    const columns = sql.join(order.map(({ column }) => sql.ref(column)));
    return [sql`(${columns}) ${beyond(first)} (${sql.join(key.slice(0, order.length))})`];
  }
  const [value = null, ...values] = key;
  const column = sql.ref(first.column);
  const same = value === null ? sql`${column} is null` : sql`${column} = ${value}`;
  const ties = rangesAfter(rest, values).map((range): Condition => sql`${same} and ${range}`);
  return [...ties, ...rangesBeyond(first, value)];
}

/** Whether all columns compare as one: they go one way, and no value is absent, which would compare with nothing. */
function isOneRange(order: readonly OrderColumn[], key: ListKey): boolean {
  const [first] = order;
  return (
    order.length > 1 &&
    order.every(({ descending, nullable = false }, place) => {
      const mayBeAbsent = nullable && (descending || key[place] === null);
      return descending === first?.descending && !mayBeAbsent;
    })
  );
}

function rangesBeyond({ column, descending, nullable }: OrderColumn, value: ListKey[number]): Condition[] {
  const reference = sql.ref(column);
  if (value === null) {
    return descending ? [] : [sql`${reference} is not null`];
  }
  const absent: Condition[] = descending && nullable ? [sql`${reference} is null`] : [];
  return [sql`${reference} ${beyond({ descending })} ${value}`, ...absent];
}

function beyond({ descending }: Pick<OrderColumn, "descending">): RawBuilder<unknown> {
  return sql.raw(descending ? "<" : ">");
}
