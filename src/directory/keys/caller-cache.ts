import { changesAccessOf } from "../store/commit-event.ts";
import type { Store } from "../store/store.ts";
import { type Clock, type Micros, SECOND } from "../values/clock.ts";

/** How long what was read of a caller is trusted: less than the 5 seconds within which a revocation by another server must count. */
export const TRUST_TIME = 4 * SECOND;
const MAX_CALLERS = 10_000;

interface Remembered<T> {
  readonly caller: T;
  readonly readTime: Micros;
  /** The same, in milliseconds since the process began: the clock goes at half the pace after the machine's has been put back. */
  readonly readAt: number;
}

interface CallerRecord {
  readonly accountId: string;
  readonly user: { readonly id: string };
}

/**
 * Remembers callers by what has proven them, so that a known one costs no read. What any process of this server changes about their keys,
 * users and accounts takes effect at once: a commit event comes, and a read that was under way then is not remembered.
 */
export class CallerCache<T extends CallerRecord> {
  readonly #now: Clock;
  readonly #callers = new Map<string, Remembered<T>>();
  #changes = 0;

  constructor(store: Pick<Store, "onCommit">, now: Clock) {
    this.#now = now;
    store.onCommit((event) => {
      if (event.accessChanges.length === 0) return;
      this.#changes += 1;
      for (const [proof, { caller }] of this.#callers) {
        if (changesAccessOf({ accountId: caller.accountId, userId: caller.user.id }, event)) {
          this.#callers.delete(proof);
        }
      }
    });
  }

  /** The caller that is remembered by the proof, or else the one that `read` finds. */
  async find<R extends T | undefined>(proof: string, read: () => Promise<R>): Promise<T | R> {
    const remembered = this.#callers.get(proof);
    const [readTime, readAt] = [this.#now(), performance.now()];
    if (
      remembered !== undefined &&
      readTime - remembered.readTime < TRUST_TIME &&
      (readAt - remembered.readAt) * 1000 < TRUST_TIME
    ) {
      return remembered.caller;
    }
    const before = this.#changes;
    const caller = await read();
    this.#callers.delete(proof);
    if (caller !== undefined && this.#changes === before) {
      dropOldest(this.#callers, MAX_CALLERS);
      this.#callers.set(proof, { caller, readTime, readAt });
    }
    return caller;
  }

  /** Forgets all, also what is being read. */
  clear(): void {
    this.#changes += 1;
    this.#callers.clear();
  }
}

/** Makes room for one more entry. */
export function dropOldest<V>(entries: Map<string, V>, max: number): void {
  const [oldest] = entries.keys();
  if (entries.size >= max && oldest !== undefined) {
    entries.delete(oldest);
  }
}
