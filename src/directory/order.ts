import { RosterError } from "./errors.ts";
import { foldEmail, type User } from "./user.ts";

/** Fields that users can be ordered by, by their names in the schema. Text goes by the bytes of its UTF-8. */
const ORDER_FIELDS = {
  id: { value: (user: User) => user.id },
  external_id: { value: (user: User) => user.externalId },
  email: { value: (user: User) => (user.email === null ? null : foldEmail(user.email)) },
  name: { value: (user: User) => user.name },
  display_name: { value: (user: User) => user.displayName },
  status: { value: (user: User) => user.status },
  create_time: { value: (user: User) => user.createTime },
  update_time: { value: (user: User) => user.updateTime },
  account_id: { value: (user: User) => user.accountId },
} as const;

export type OrderField = keyof typeof ORDER_FIELDS;

/** Absent values come first ascending, last descending. */
export interface OrderTerm {
  readonly field: OrderField;
  readonly descending: boolean;
}

/** A place in a list: the values of its order terms. */
export type ListKey = ReadonlyArray<string | number | null>;

const NEWEST_FIRST: OrderTerm = { field: "create_time", descending: true };

/** The place of a user in a list that is ordered so. */
export function userListKey(user: User, order: readonly OrderTerm[]): ListKey {
  return order.map(({ field }) => ORDER_FIELDS[field].value(user));
}

/**
 * Reads `email, create_time desc` or `email:asc,create_time:desc`. Empty: newest first. The id is always the last key, and
 * across accounts the account's, in the direction of the last field that is named: so one index serves an order and its
 * reverse. Throws ORDER_BY_INVALID.
 */
export function parseOrderBy(text: string): OrderTerm[] {
  const terms = text.trim() === "" ? [NEWEST_FIRST] : text.split(",").map(parseTerm);
  const repeated = terms.find((term, index) => terms.findIndex(({ field }) => field === term.field) !== index);
  if (repeated !== undefined) {
    throw orderInvalid(`${repeated.field} comes twice`);
  }
  const descending = terms.at(-1)?.descending ?? false;
  const withId: OrderTerm[] = terms.some(({ field }) => field === "id") ? terms : [...terms, { field: "id", descending }];
  return [...withId, { field: "account_id", descending }];
}

function parseTerm(text: string): OrderTerm {
  const [, field = "", direction = "asc"] = /^\s*([^\s:]+)(?:(?:\s*:\s*|\s+)(\S+))?\s*$/.exec(text) ?? [];
  if (field === "account_id" || !isOrderField(field)) {
    const known = Object.keys(ORDER_FIELDS).filter((name) => name !== "account_id");
    throw orderInvalid(`${JSON.stringify(text)} must be one of ${known.join(", ")}, with asc or desc behind it or nothing`);
  }
  if (text.trim().endsWith(":") || (direction !== "asc" && direction !== "desc")) {
    throw orderInvalid(`the direction in ${JSON.stringify(text)} must be asc or desc`);
  }
  return { field, descending: direction === "desc" };
}

function isOrderField(text: string): text is OrderField {
  return Object.hasOwn(ORDER_FIELDS, text);
}

function orderInvalid(description: string): RosterError {
  const message = `order_by: ${description}`;
  return new RosterError("ORDER_BY_INVALID", message, { fields: [{ field: "order_by", description }] });
}
