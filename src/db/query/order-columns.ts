import { type RawBuilder, sql } from "kysely";
import type { OrderTerm } from "../../directory/lists/order.ts";
import { type Column, columnRef } from "./columns.ts";

/** A column that a list is ordered by. Absent values come first ascending, last descending. */
export interface OrderColumn {
  readonly column: Column;
  readonly descending: boolean;
  readonly nullable?: boolean;
  /** Text of few values, each of which many rows have. */
  readonly fewValues?: boolean;
  readonly index?: SpecialIndex | undefined;
}

/**
 * Lists by a filter, and those of all accounts, have indexes of their own that end with the time of creation. PostgreSQL would choose
 * another one by its statistics, which don't know that the users of an account, or those with a status, may all be old: it would walk
 * past everybody else's. So these lists name the time in a way that only their own indexes have: `ofFilter` says where absent values
 * would come, `ofAllAccounts` makes it a sum.
 */
type SpecialIndex = "ofFilter" | "ofAllAccounts";

/** The columns of an order. Within an account the id decides: what would come after it has no say. */
export function orderColumns<F extends string>(
  order: ReadonlyArray<OrderTerm<F>>,
  columns: Readonly<Record<OrderTerm<F>["field"], Omit<OrderColumn, "descending">>>,
  { accountId, byFilterIndex }: { readonly accountId: string | null; readonly byFilterIndex: boolean },
): OrderColumn[] {
  const byId = order.findIndex(({ field }) => field === "id") + 1;
  const deciding = accountId === null ? order : order.slice(0, byId);
  const index = accountId === null ? "ofAllAccounts" : byFilterIndex ? "ofFilter" : undefined;
  return deciding.map(({ field, descending }) => ({
    ...columns[field],
    descending,
    index: field === "create_time" ? index : undefined,
  }));
}

/** SQLite has nulls where we want them; PostgreSQL must be told. */
export function orderTerm(term: OrderColumn): RawBuilder<unknown> {
  const { descending, nullable, index } = term;
  const nulls = nullable || index === "ofFilter" ? sql.raw(descending ? " nulls last" : " nulls first") : sql.raw("");
  return sql`${operand(term)} ${sql.raw(descending ? "desc" : "asc")}${nulls}`;
}

/** The column as the index has it. */
export function operand({ column, index }: OrderColumn): RawBuilder<unknown> {
  return index === "ofAllAccounts" ? sql`${columnRef(column)} + 0` : columnRef(column);
}
