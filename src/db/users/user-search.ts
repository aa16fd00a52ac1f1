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

type Searched = Pick<UserSelection, "search" | "showDeleted">;
type Words = Pick<ListDialect, "words">;

/** Of one account, or of all for null. Undefined: the selection does not search. */
export async function planSearch(
  db: Queryable,
  accountId: string | null,
  { search, showDeleted }: Searched,
  { words }: Words,
): Promise<PlannedSearch | undefined> {
  if (search === undefined) {
    return undefined;
  }
  const owners = accountId === null ? await everyAccountId(db) : [accountId];
  const states = showDeleted ? [false, true] : [false];
  const tags = owners.flatMap((owner) => states.map((deleted) => wordTag(owner, deleted)));
  const found = { accountId, queries: tags.map((tag) => words.query(search.map((beginning) => tag + beginning))) };
  const narrowed = accountId === null ? undefined : await findByRareWords(db, accountId, tags, search, { words });
  return narrowed ?? { ...found, few: (await words.count(db, found, FEW + 1)) <= FEW };
}

/** Those who are found by the words that few have, and looked at for the others. Undefined: all words are alike, or many are found so. */
async function findByRareWords(
  db: Queryable,
  accountId: string,
  tags: readonly string[],
  search: readonly string[],
  { words }: Words,
): Promise<PlannedSearch | undefined> {
  const common = new Set<string>();
  for (const beginning of search.length > 1 ? search : []) {
    if (await words.isCommon(db, accountId, `${tags[0]}${beginning}`, FEW)) common.add(beginning);
  }
  const rare = search.filter((beginning) => !common.has(beginning));
  if (common.size === 0 || rare.length === 0) {
    return undefined;
  }
  const queries = tags.map((tag) => words.query(rare.map((beginning) => tag + beginning)));
  if ((await words.count(db, { accountId, queries }, FEW + 1)) > FEW) {
    return undefined;
  }
  return { accountId, queries, also: tags.map((tag) => [...common].map((beginning) => tag + beginning)), few: true };
}

async function everyAccountId(db: Queryable): Promise<string[]> {
  const rows = await db.selectFrom("accounts").select("account_id").execute();
  return rows.map(({ account_id }) => account_id);
}
