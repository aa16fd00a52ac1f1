import type { AccountTransaction } from "../../../src/directory/store/account-view.ts";
import type { User } from "../../../src/directory/users/user.ts";
import { newUser } from "../../support/account.ts";

type State = { readonly id: string; readonly state: User | null };

/** What an account must look like: makes random changes in a transaction, and remembers every state in memory. */
export class Model {
  readonly #random: (limit: number) => number;
  readonly #users = new Map<string, User>();
  readonly #everUsed = new Set<string>();
  readonly snapshots = new Map<number, ReadonlyMap<string, User>>();
  /** The kinds of change that have come up. */
  readonly kinds = new Set<string>();

  constructor(random: (limit: number) => number) {
    this.#random = random;
  }

  /** One transaction of none to five changes, often several of one user. */
  async change(tx: AccountTransaction): Promise<void> {
    for (let changes = this.#random(6); changes > 0; changes -= 1) {
      const id = `${this.#random(40).toString(3)}`;
      const user = this.#users.get(id);
      for (let times = 1 + this.#random(2); times > 0; times -= 1) {
        await this.#changeUser(tx, id, this.#users.get(id) ?? user);
      }
    }
  }

  snapshot(revision: number): void {
    this.snapshots.set(revision, new Map(this.#users));
  }

  /** What listAt must give: all that exist now, as they were then. Those purged since are gone. */
  at(revision: number): State[] {
    const then = this.snapshots.get(revision);
    const now = [...this.#users.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return now.map(({ id, createTime }) => {
      const state = then?.get(id);
      return { id, state: state?.createTime === createTime ? state : null };
    });
  }

  async #changeUser(tx: AccountTransaction, id: string, user: User | undefined): Promise<void> {
    if (user === undefined || !this.#users.has(id)) {
      this.kinds.add(this.#everUsed.has(id) ? "insert again" : "insert");
      this.#everUsed.add(id);
      this.#users.set(id, await tx.users.insert(newUser(tx, { id, about: this.#text() })));
    } else if (this.#random(8) === 0) {
      this.kinds.add("purge");
      await tx.users.purge(user);
      this.#users.delete(id);
    } else if (this.#random(3) === 0) {
      this.kinds.add(user.deleteTime === null ? "delete" : "undelete");
      const deleteTime = user.deleteTime === null ? tx.now() : null;
      this.#users.set(id, await tx.users.update(user, { ...user, deleteTime }));
    } else {
      this.kinds.add("update");
      const metadata = { text: this.#text() };
      this.#users.set(id, await tx.users.update(user, { ...user, metadata, updateTime: tx.now() }));
    }
  }

  #text(): string {
    return `${this.#random(1_000_000)}`;
  }
}
