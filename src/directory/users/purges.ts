import type { AccountTransaction } from "../store/account-view.ts";
import type { Erased } from "../store/users.ts";
import type { User } from "./user.ts";

/** So many are erased at a time: one statement must not keep others waiting for long. */
const AT_A_TIME = 50;

/** Erases the users of a batch, many at a time. */
export class Purges {
  readonly #tx: AccountTransaction;
  readonly #erased = new Map<string, Erased>();
  #waiting = new Map<string, User>();

  constructor(tx: AccountTransaction) {
    this.#tx = tx;
  }

  async add(user: User): Promise<void> {
    this.#waiting.set(user.id, user);
    if (this.#waiting.size === AT_A_TIME) {
      await this.flush();
    }
  }

  /** Whether the user is to be erased, and is still there. */
  isWaiting({ id }: User): boolean {
    return this.#waiting.has(id);
  }

  async flush(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting.size > 0) {
      this.#waiting = new Map();
      const erasedOf = await this.#tx.users.purgeAll([...waiting.values()]);
      for (const id of waiting.keys()) this.#erased.set(id, erasedOf(id));
    }
  }

  /** What was erased, by the ids of the users. */
  get erased(): ReadonlyMap<string, Erased> {
    return this.#erased;
  }
}
