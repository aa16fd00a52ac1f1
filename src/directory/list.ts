import type { ListKey, ListQuery } from "./store.ts";
import type { User } from "./user.ts";

/** Where a page begins: the user next to it, or an edge of the list. What a page token seals. */
export type PageStart = Pick<ListQuery, "direction" | "from">;

export interface Page {
  readonly users: readonly User[];
  /** Undefined where there is nothing more. */
  readonly next: PageStart | undefined;
  readonly previous: PageStart | undefined;
}

type List = (query: ListQuery) => Promise<User[]>;

/** The page that begins at `start`, read with `list`, in list order. `skip` and `limit` count users. */
export async function readPage(
  list: List,
  start: PageStart,
  { showDeleted, skip, limit }: Pick<ListQuery, "showDeleted" | "skip" | "limit">,
): Promise<Page> {
  const forward = start.direction === "after";
  const found = await list({ ...start, showDeleted, skip, limit: limit + 1 });
  const taken = found.slice(0, limit);
  const users = forward ? taken : taken.toReversed();
  const onward = continuation(start.direction, taken.at(-1), found.length > limit);
  const back = await reverse(list, start, users.at(forward ? 0 : -1), showDeleted);
  return forward ? { users, next: onward, previous: back } : { users, next: back, previous: onward };
}

function continuation(direction: PageStart["direction"], last: User | undefined, more: boolean): PageStart | undefined {
  return more && last !== undefined ? { direction, from: listKey(last) } : undefined;
}

/** The page on the other side of `start`, if anything is there. An empty page lies past the end: back is from the edge. */
async function reverse(
  list: List,
  start: PageStart,
  nearest: User | undefined,
  showDeleted: boolean,
): Promise<PageStart | undefined> {
  const direction = start.direction === "after" ? "before" : "after";
  const from = nearest === undefined ? null : listKey(nearest);
  const found = await list({ direction, from, showDeleted, skip: 0, limit: 1 });
  return found.length > 0 ? { direction, from } : undefined;
}

function listKey(user: User): ListKey {
  return [user.createTime, user.id, user.accountId];
}
