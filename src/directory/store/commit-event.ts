/** What a commit has changed of what others remember or wait for. A store publishes one after each commit that has. */
export interface CommitEvent {
  readonly accountId: string;
  /** The account's new revision; null: no user has changed. */
  readonly revision: number | null;
  /** Users whose keys or tokens may no longer work, or work again, or may do more or less; null: all users of the account. */
  readonly accessChanges: ReadonlyArray<string | null>;
}

export type CommitSubscriber = (event: CommitEvent) => void;

/** Carries commit events between the processes of one server, each of which has a store of its own on the same database. */
export interface CommitEventBus {
  /**
   * Sends the event to the other processes. If it changes access, MUST NOT resolve before each of them has acknowledged it, or can no
   * longer trust a key for what it read before.
   */
  publish(event: CommitEvent): Promise<void>;

  /** Calls the subscriber with each event that another process has published. */
  subscribe(subscriber: CommitSubscriber): void;
}

/** Whether the event changes what the keys of this user may do. */
export function changesAccessOf(user: { readonly accountId: string; readonly userId: string }, event: CommitEvent): boolean {
  const { accountId, accessChanges } = event;
  return accountId === user.accountId && (accessChanges.includes(null) || accessChanges.includes(user.userId));
}
