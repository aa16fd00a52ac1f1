import type { PageQuery } from "../store/page-query.ts";
import type { ListKey } from "./order.ts";

/** Where a page begins: what stands next to it, or an edge of the list. What a page token seals. */
export type PageStart = Pick<PageQuery, "direction" | "from">;

export const FIRST_PAGE: PageStart = { direction: "after", from: null };

export interface Page<T> {
  readonly items: readonly T[];
  /** Undefined where there is nothing more. */
  readonly next: PageStart | undefined;
  readonly previous: PageStart | undefined;
}

/** A list of any kind: a page of it, and the place of an item. */
export interface Pages<T> {
  readonly read: (query: PageQuery) => Promise<readonly T[]>;
  readonly keyOf: (item: T) => ListKey;
}

/** A list that can be counted. */
export interface Listing<T> extends Pages<T> {
  /** Looks for no more than `upTo`. Undefined: for all. */
  readonly count: (upTo?: number) => Promise<number>;
}

/** How many items a list has. */
export interface Total {
  readonly size: number;
  /** False: there are more. */
  readonly exact: boolean;
}

/** The page that begins at `start`, in list order. `skip` and `limit` count items. */
export async function readPage<T>(
  listing: Pages<T>,
  start: PageStart,
  { skip, limit }: Pick<PageQuery, "skip" | "limit">,
): Promise<Page<T>> {
  const forward = start.direction === "after";
  const found = await listing.read({ ...start, skip, limit: limit + 1 });
  const taken = found.slice(0, limit);
  const items = forward ? taken : taken.toReversed();
  const last = taken.at(-1);
  const onward =
    found.length > limit && last !== undefined ? { direction: start.direction, from: listing.keyOf(last) } : undefined;
  const isFirst = forward && start.from === null && skip === 0;
  const back = isFirst ? undefined : await reverse(listing, start, items.at(forward ? 0 : -1));
  return forward ? { items, next: onward, previous: back } : { items, next: back, previous: onward };
}

/** Counts the items, no further than `max`. Undefined: all. */
export async function readTotal<T>({ count }: Pick<Listing<T>, "count">, max: number | undefined): Promise<Total> {
  if (max === undefined) {
    return { size: await count(), exact: true };
  }
  const found = await count(max + 1);
  return { size: Math.min(found, max), exact: found <= max };
}

/** The page on the other side of `start`, if anything is there. An empty page lies past the end: back is from the edge. */
async function reverse<T>(listing: Pages<T>, start: PageStart, nearest: T | undefined): Promise<PageStart | undefined> {
  const direction = start.direction === "after" ? "before" : "after";
  const from = nearest === undefined ? null : listing.keyOf(nearest);
  const found = await listing.read({ direction, from, skip: 0, limit: 1 });
  return found.length > 0 ? { direction, from } : undefined;
}
