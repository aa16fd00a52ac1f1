/** Whose keys a transaction may have made work no longer, or anew. */
export class Access {
  readonly #users = new Set<string | null>();

  /** Null: every user of the account. */
  note(userId: string | null): void {
    this.#users.add(userId);
  }

  get users(): Array<string | null> {
    return [...this.#users];
  }
}
