import type { ChangeQuery, UserChange } from "../users/change.ts";

export interface ChangeReader {
  /**
   * The changes after a revision, in the order of their commits, at most `limit`. MUST be whole revisions only: one that has
   * more changes than that comes alone and entire. MUST have no gap from the history floor on, purged users aside: of those
   * the last purge is left. With `withBefore` MUST tell what each user was before.
   */
  list(afterRevision: number, query: ChangeQuery): Promise<ChangeList>;
}

export interface ChangeList {
  readonly changes: readonly UserChange[];
  /** There is nothing after these. */
  readonly done: boolean;
}
