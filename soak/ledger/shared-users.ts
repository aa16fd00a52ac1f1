/** A user that all callers make and change at once. */
export interface SharedUser {
  readonly externalId: string;
  /** Of whoever came first. */
  id: string | undefined;
  /** The last number of each caller that was acknowledged, in the metadata. */
  readonly counts: Map<string, number>;
  /** Merges that were acknowledged. */
  merges: number;
  /** Callers who have had no answer to a merge: it may have happened, and they make no more. */
  readonly doubters: Set<string>;
}

export class SharedUsers {
  readonly users: readonly SharedUser[];

  constructor(count: number) {
    this.users = Array.from({ length: count }, (_, index) => ({
      externalId: `shared/${index}`,
      id: undefined,
      counts: new Map(),
      merges: 0,
      doubters: new Set(),
    }));
  }

  has(id: string): boolean {
    return this.users.some((user) => user.id === id);
  }
}
