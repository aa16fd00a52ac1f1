/** Longer than a replica that answers reads can be behind, with all that it takes to notice. */
const KEPT_MS = 30_000;

/** The highest revisions of accounts that this process has shown or committed of late. What is older has reached every replica in use. */
export class ShownRevisions {
  #recent = new Map<string, number>();
  #before = new Map<string, number>();
  readonly #now: () => number;
  #since: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#since = now();
  }

  /** 0: none is known. */
  of(accountId: string): number {
    return this.#recent.get(accountId) ?? this.#before.get(accountId) ?? 0;
  }

  raise(accountId: string, revision: number): void {
    const now = this.#now();
    if (now - this.#since > KEPT_MS) {
      this.#before = this.#recent;
      this.#recent = new Map();
      this.#since = now;
    }
    this.#recent.set(accountId, Math.max(revision, this.of(accountId)));
  }
}
