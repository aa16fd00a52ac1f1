import { invalidField } from "../errors.ts";
import { wordsOf } from "../values/words.ts";
import type { User } from "./user.ts";

/** What a user is found by, each once: the words of its name, display name, e-mail, external id and id. */
export function searchWords({ name, displayName, email, externalId, id }: SearchedUser): string[] {
  const words = new Set<string>();
  for (const text of [name, displayName, email, externalId, id]) {
    for (const word of text === null ? [] : wordsOf(text)) words.add(word);
  }
  return [...words];
}

export type SearchedUser = Pick<User, "name" | "displayName" | "email" | "externalId" | "id">;

const MAX_WORDS = 32;

/**
 * The words of a query, of which each must begin a word of a user: sorted, and without those that others begin with, which go without
 * saying. Undefined for a blank query, which finds all. Throws FIELD_INVALID.
 */
export function parseSearch(query: string): readonly string[] | undefined {
  if (query.trim() === "") {
    return undefined;
  }
  const words = [...new Set(wordsOf(query))].sort();
  if (words.length === 0) {
    throw invalidField("query", "must have a letter or a digit");
  }
  const needed = words.filter((word, place) => words[place + 1]?.startsWith(word) !== true);
  if (needed.length > MAX_WORDS) {
    throw invalidField("query", `has at most ${MAX_WORDS} words; each Chinese, Japanese or Korean character is one`);
  }
  return needed;
}

/** Whether the user is found by the words of a query: what the database answers for them. */
export function isFound(user: SearchedUser, search: readonly string[]): boolean {
  const words = searchWords(user);
  return search.every((begin) => words.some((word) => word.startsWith(begin)));
}
