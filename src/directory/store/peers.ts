/** What a commit has changed that other processes may remember. */
export interface News {
  readonly accountId: string;
  /** The account's new revision; null: it has none. */
  readonly revision: number | null;
  /** Whose keys may work no longer, or anew: users, or, for null, all of the account. */
  readonly access: ReadonlyArray<string | null>;
}

/** The other processes that serve the same directory as part of this server. */
export interface Peers {
  /** Tells them. With news of access it MUST NOT resolve before none of them trusts a key for what was known of it earlier. */
  tell(news: News): Promise<void>;

  /**
   * Waits for this process's turn where only one can write at a time, and returns what ends it. Only a courtesy, so that none is kept
   * waiting while others write in turn: it keeps nobody from writing.
   */
  takeTurn(): Promise<() => void>;

  /** Calls the listener with what they tell. */
  listen(listener: (news: News) => void): void;
}
