import type { User } from "../../directory/users/user.ts";
import { foldEmail } from "../../directory/values/email.ts";

type LiveKey = "externalId" | "email";

/** What a transaction has learnt of users, and written itself: nobody else changes its account meanwhile. Null: there is none. */
export class KnownUsers {
  readonly #byId = new Map<string, User | null>();
  readonly #live: Record<LiveKey, Map<string, User | null>> = { externalId: new Map(), email: new Map() };

  /** Live or deleted; undefined: not known. */
  find(id: string): User | null | undefined {
    return this.#byId.get(id);
  }

  /** E-mails folded; undefined: not known. */
  findLive(kind: LiveKey, key: string): User | null | undefined {
    return this.#live[kind].get(key);
  }

  /** These are all there are with those ids. */
  learn(ids: readonly string[], users: readonly User[]): void {
    for (const id of ids) this.#byId.set(id, null);
    for (const user of users) this.put(user);
  }

  /** These are all live ones that there are with those keys. */
  learnLive(kind: LiveKey, keys: readonly string[], users: readonly User[]): void {
    for (const key of keys) this.#live[kind].set(key, null);
    for (const user of users) this.put(user);
  }

  put(user: User): void {
    this.#byId.set(user.id, user);
    if (user.deleteTime === null) {
      this.#setKeys(user, user);
    }
  }

  replace(before: User, after: User): void {
    this.#setKeys(before, null);
    this.put(after);
  }

  drop(user: User): void {
    this.#setKeys(user, null);
    this.#byId.set(user.id, null);
  }

  #setKeys({ externalId, email, deleteTime }: User, holder: User | null): void {
    // The keys of a deleted user may be another's.
    if (deleteTime === null) {
      if (externalId !== null) this.#live.externalId.set(externalId, holder);
      if (email !== null) this.#live.email.set(foldEmail(email), holder);
    }
  }
}
