import { changesAccessOf } from "../store/commit-event.ts";
import type { Store } from "../store/store.ts";
import { type Clock, type Micros, SECOND } from "../values/clock.ts";
import type { KeyHolder } from "./api-key.ts";

/** How long what was read of a key is trusted: less than the 5 seconds within which a revocation by another server must count. */
export const TRUST_TIME = 4 * SECOND;
const MAX_KNOWN = 10_000;

interface Known {
  readonly holder: KeyHolder;
  readonly readTime: Micros;
}

/**
 * Remembers keys by what has proven them, so that a known key costs no read. What any process of this server changes about keys,
 * their users and accounts takes effect at once: a commit event comes, and a read that was under way then is not remembered.
 */
export class KnownKeys {
  readonly #now: Clock;
  readonly #known = new Map<string, Known>();
  #changes = 0;

  constructor(store: Pick<Store, "onCommit">, now: Clock) {
    this.#now = now;
    store.onCommit((event) => {
      if (event.accessChanges.length === 0) return;
      this.#changes += 1;
      for (const [proof, { holder }] of this.#known) {
        if (changesAccessOf({ accountId: holder.accountId, userId: holder.user.id }, event)) {
          this.#known.delete(proof);
        }
      }
    });
  }

  /** The key that is known by the proof, or else the one that `read` finds. */
  async find(proof: string, read: () => Promise<KeyHolder | undefined>): Promise<KeyHolder | undefined> {
    const remembered = this.#known.get(proof);
    const time = this.#now();
    if (remembered !== undefined && time - remembered.readTime < TRUST_TIME) {
      return remembered.holder;
    }
    const before = this.#changes;
    const holder = await read();
    this.#known.delete(proof);
    if (holder !== undefined && this.#changes === before) {
      if (this.#known.size >= MAX_KNOWN) {
        this.#known.clear();
      }
      this.#known.set(proof, { holder, readTime: time });
    }
    return holder;
  }
}
