import { RosterError } from "../errors.ts";

/** What a list can be ordered by, by the names in the schema. Text goes by the bytes of its UTF-8. */
export type OrderFields<T, F extends string> = Readonly<Record<F | EveryField, (item: T) => string | number | null>>;

/** What every list can be ordered by; by its account only as the last key, where it is of all accounts. */
type EveryField = "id" | "create_time" | "account_id";

/** Absent values come first ascending, last descending. */
export interface OrderTerm<F extends string> {
  readonly field: F | EveryField;
  readonly descending: boolean;
}

/** A place in a list: the values of its order terms. */
export type ListKey = ReadonlyArray<string | number | null>;

/** The terms of an order, spelt out: the same for the same order, however it was asked for. */
export function spellOrder(order: ReadonlyArray<OrderTerm<string>>): string[] {
  return order.map(({ field, descending }) => `${field} ${descending}`);
}

/** What callers can order by. */
export function orderNames(fields: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(fields).filter((name) => name !== "account_id");
}

/** The place of an item in a list that is ordered so. */
export function listKey<T, F extends string>(
  item: T,
  order: ReadonlyArray<OrderTerm<F>>,
  fields: OrderFields<T, F>,
): ListKey {
  return order.map(({ field }) => fields[field](item));
}

/**
 * Reads `email, create_time desc` or `email:asc,create_time:desc`. Empty: newest first. The id is always the last key, and
 * across accounts the account's, in the direction of the last field that is named: so one index serves an order and its
 * reverse. Throws ORDER_BY_INVALID.
 */
export function parseOrderBy<T, F extends string>(text: string, fields: OrderFields<T, F>): Array<OrderTerm<F>> {
  const terms: Array<OrderTerm<F>> =
    text.trim() === ""
      ? [{ field: "create_time", descending: true }]
      : text.split(",").map((term) => parseTerm(term, fields));
  const repeated = terms.find((term, index) => terms.findIndex(({ field }) => field === term.field) !== index);
  if (repeated !== undefined) {
    throw orderInvalid(`${repeated.field} comes twice`);
  }
  const descending = terms.at(-1)?.descending ?? false;
  const withId: Array<OrderTerm<F>> = terms.some(({ field }) => field === "id")
    ? terms
    : [...terms, { field: "id", descending }];
  return [...withId, { field: "account_id", descending }];
}

function parseTerm<T, F extends string>(text: string, fields: OrderFields<T, F>): OrderTerm<F> {
  const [, field = "", direction = "asc"] = /^\s*([^\s:]+)(?:(?:\s*:\s*|\s+)(\S+))?\s*$/.exec(text) ?? [];
  if (field === "account_id" || !isField(fields, field)) {
    throw orderInvalid(
      `${JSON.stringify(text)} must be one of ${orderNames(fields).join(", ")}, with asc or desc behind it or nothing`,
    );
  }
  if (text.trim().endsWith(":") || (direction !== "asc" && direction !== "desc")) {
    throw orderInvalid(`the direction in ${JSON.stringify(text)} must be asc or desc`);
  }
  return { field, descending: direction === "desc" };
}

function isField<T, F extends string>(fields: OrderFields<T, F>, name: string): name is F | EveryField {
  return Object.hasOwn(fields, name);
}

function orderInvalid(description: string): RosterError {
  const message = `order_by: ${description}`;
  return new RosterError("ORDER_BY_INVALID", message, { fields: [{ field: "order_by", description }] });
}
