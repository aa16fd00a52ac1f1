import type { Micros } from "../values/clock.ts";
import type { User } from "./user.ts";

export type ChangeType = "CREATED" | "UPDATED" | "DELETED" | "UNDELETED" | "PURGED" | "LEFT_FILTER";

/** One committed change of a user. */
export interface UserChange {
  readonly type: ChangeType;
  readonly userId: string;
  /** The user's, once changed. */
  readonly version: number;
  /** The account's. The changes of one transaction share it, and the time. */
  readonly revision: number;
  readonly commitTime: Micros;
  /** As the change left it; null for one that is purged, or has left a filter. */
  readonly user: User | null;
  /** As it was before; null for one that was not there, and where it was not asked for. */
  readonly before: User | null;
  /** Names in the schema. */
  readonly changedFields: readonly string[];
  readonly apiKeyId: string | null;
  readonly requestId: string | null;
}

/**
 * The change as it is delivered to someone who follows only the users that pass. If the user passes after it: the change itself; if only
 * before it: LEFT_FILTER, without `user`; else undefined. Nobody can tell whether a purged user passed, so a purge is delivered to
 * everyone, except to those who follow another user only.
 */
export function filterChange(
  change: UserChange,
  passes: (user: User) => boolean,
  onlyUserId?: string,
): UserChange | undefined {
  const { type, user, before } = change;
  if (onlyUserId !== undefined && change.userId !== onlyUserId) {
    return undefined;
  }
  if (type === "PURGED" || (user !== null && passes(user))) {
    return change;
  }
  return before !== null && passes(before) ? { ...change, type: "LEFT_FILTER", user: null } : undefined;
}

export interface ChangeQuery {
  readonly limit: number;
  /** Whether to read what users were before, which a filter needs and costs time. */
  readonly withBefore: boolean;
}
