import type { ReactNode } from "react";

export interface Column<T> {
  readonly id: string;
  readonly header: string;
  /** What stands in the column says it all, to those who see it. */
  readonly quiet?: boolean;
  /** The least width in pixels, and the share of what is left. */
  readonly width: readonly [least: number, share: number];
  readonly cell: (item: T) => ReactNode;
  /** The field of `order_by`. Absent: lists can't be ordered by it. */
  readonly orderBy?: string;
  /** It can't be hidden. */
  readonly always?: boolean;
  /** Hidden until it is asked for. */
  readonly hidden?: boolean;
}

/** An order by one field: `email desc`. Empty: the default of the list. */
export type OrderBy = string;

/** The order after a click on the header of a field: ascending, descending, the default. */
export function nextOrder(field: string, order: OrderBy): OrderBy {
  return order === field ? `${field} desc` : order === `${field} desc` ? "" : field;
}

export function directionOf(field: string | undefined, order: OrderBy): "ascending" | "descending" | undefined {
  if (field === undefined) return undefined;
  return order === field ? "ascending" : order === `${field} desc` ? "descending" : undefined;
}
