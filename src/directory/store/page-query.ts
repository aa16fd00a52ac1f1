import type { ListKey } from "../lists/order.ts";

/** A page of a list. */
export interface PageQuery {
  /** "after": in list order; "before": against it, nearest first. */
  readonly direction: "after" | "before";
  /** Where to begin, exclusive: the values of the order's fields; null: at the edge. */
  readonly from: ListKey | null;
  readonly skip: number;
  readonly limit: number;
}
