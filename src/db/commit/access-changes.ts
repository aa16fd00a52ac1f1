/** The users whose keys a transaction may have made work no longer, or anew. */
export class AccessChanges {
  readonly #users = new Set<string | null>();

  /** Null: every user of the account. */
  add(userId: string | null): void {
    this.#users.add(userId);
  }

  list(): Array<string | null> {
    return [...this.#users];
  }
}
