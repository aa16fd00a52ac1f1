import type { UserSelection } from "../../directory/store/users.ts";
import type { Engine, WordSearch } from "../engine.ts";
import type { Queryable } from "../query/queryable.ts";
import { wordTag } from "./user-words.ts";

/** What lists of users have to know of the engine. */
export type ListDialect = Pick<Engine, "json" | "words">;

/** So many users are looked up and sorted sooner than found along the order of the list. */
const FEW = 5_000;

/** A search, and the way to those it finds. */
export interface PlannedSearch extends WordSearch {
  /** No more than a few are found: they are looked up. Otherwise a list goes along its order, and asks of each user. */
  readonly few: boolean;
}

/** Of one account, or of all for null. Undefined: the selection does not search. */
export async function planSearch(
  db: Queryable,
  accountId: string | null,
  selection: Pick<UserSelection, "search" | "showDeleted">,
  { words }: Pick<ListDialect, "words">,
): Promise<PlannedSearch | undefined> {
  const search = await toWordSearch(db, accountId, selection, { words });
  return search && { ...search, few: (await words.count(db, search, FEW + 1)) <= FEW };
}

/** Undefined: the selection does not search. */
export async function toWordSearch(
  db: Queryable,
  accountId: string | null,
  { search, showDeleted }: Pick<UserSelection, "search" | "showDeleted">,
  { words }: Pick<ListDialect, "words">,
): Promise<WordSearch | undefined> {
  if (search === undefined) {
    return undefined;
  }
  const owners = accountId === null ? await everyAccountId(db) : [accountId];
  const states = showDeleted ? [false, true] : [false];
  const tags = owners.flatMap((owner) => states.map((deleted) => wordTag(owner, deleted)));
  return { accountId, queries: tags.map((tag) => words.query(search.map((beginning) => tag + beginning))) };
}

async function everyAccountId(db: Queryable): Promise<string[]> {
  const rows = await db.selectFrom("accounts").select("account_id").execute();
  return rows.map(({ account_id }) => account_id);
}
