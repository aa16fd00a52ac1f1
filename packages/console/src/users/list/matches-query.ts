import type { User } from "../../api/schema.ts";

/**
 * Whether a search would find the user, about as the server does it: each word begins a word of the user. It decides only whether somebody
 * new is announced; what is listed the server has found.
 */
export function matchesQuery({ name, displayName, email, externalId, id }: User, query: string): boolean {
  const wanted = wordsOf(query);
  if (wanted.length === 0) return true;
  const words = wordsOf([name, displayName, email, externalId, id].join(" "));
  return wanted.every((prefix) => words.some((word) => word.startsWith(prefix)));
}

function wordsOf(text: string): string[] {
  const folded = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}
