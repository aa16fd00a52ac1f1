import { createHash } from "node:crypto";
import { type SearchedUser, searchWords } from "../../directory/users/search.ts";
import type { User } from "../../directory/users/user.ts";
import type { UserWords } from "../engine.ts";

// Each word has a tag before it that says whose it is: so the words of an account lie together in an index that can't know of accounts,
// and a search reads no others. Live users have another tag than deleted ones: so those who are found need not be looked up to be
// counted.

/** Two accounts with one tag come up once in 10^15 pairs. */
const TAG_LENGTH = 10;
const FORGET_TAGS = 10_000;

export function toUserWords(user: User): UserWords {
  const tag = wordTag(user.accountId, user.deleteTime !== null);
  return {
    account_id: user.accountId,
    id: user.id,
    words: searchWords(user)
      .map((word) => tag + word)
      .join(" "),
  };
}

/** Undefined: they are the same. */
export function changedWords(before: User, after: User): UserWords | undefined {
  const same =
    FIELDS.every((field) => before[field] === after[field]) && (before.deleteTime === null) === (after.deleteTime === null);
  return same ? undefined : toUserWords(after);
}

const FIELDS = ["name", "displayName", "email", "externalId", "id"] as const satisfies ReadonlyArray<keyof SearchedUser>;

/** What the words of an account's live or deleted users begin with. */
export function wordTag(accountId: string, deleted: boolean): string {
  const owner = `${deleted ? "deleted" : "live"} ${accountId}`;
  let tag = tags.get(owner);
  if (tag === undefined) {
    tag = hashTag(owner);
    if (tags.size >= FORGET_TAGS) tags.clear();
    tags.set(owner, tag);
  }
  return tag;
}

const tags = new Map<string, string>();

function hashTag(owner: string): string {
  const hash = createHash("sha256").update(owner).digest().readBigUInt64BE();
  return hash.toString(32).padStart(TAG_LENGTH, "0").slice(-TAG_LENGTH);
}
