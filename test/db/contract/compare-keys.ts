import type { ListKey, OrderTerm } from "../../../src/directory/lists/order.ts";

/** Absent values first, text by the bytes of its UTF-8, term by term. */
export function compareKeys(a: ListKey, b: ListKey, order: ReadonlyArray<OrderTerm<string>>): number {
  for (const [place, { descending }] of order.entries()) {
    const [left = null, right = null] = [a[place], b[place]];
    const way = descending ? -1 : 1;
    if (left === right) continue;
    if (left === null || right === null) return left === null ? -way : way;
    if (typeof left === "number") return left < Number(right) ? -way : way;
    return way * Buffer.compare(Buffer.from(left), Buffer.from(String(right)));
  }
  return 0;
}
