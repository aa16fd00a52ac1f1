type Listener = (accountId: string, userId: string | null) => void;

/** Tells whose keys a transaction may have made work no longer, or anew, once it has committed. */
export class Access {
  readonly #users = new Set<string | null>();

  /** Null: every user of the account. */
  note(userId: string | null): void {
    this.#users.add(userId);
  }

  tell(listeners: readonly Listener[], accountId: string): void {
    for (const userId of this.#users) {
      for (const listener of listeners) {
        listener(accountId, userId);
      }
    }
  }
}
