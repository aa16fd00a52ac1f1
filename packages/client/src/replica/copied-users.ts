import type { User, UserChange } from "../../gen/roster/v1/user_pb.js";
import type { ReplicaChange } from "./replica.ts";

interface Applied {
  readonly put: ReadonlyMap<string, User>;
  readonly remove: readonly string[];
  readonly told: readonly ReplicaChange[];
}

/** Users by id, which others can only read. */
export class CopiedUsers implements ReadonlyMap<string, User> {
  #users = new Map<string, User>();

  get size(): number {
    return this.#users.size;
  }

  get(id: string): User | undefined {
    return this.#users.get(id);
  }

  has(id: string): boolean {
    return this.#users.has(id);
  }

  keys(): MapIterator<string> {
    return this.#users.keys();
  }

  values(): MapIterator<User> {
    return this.#users.values();
  }

  entries(): MapIterator<[string, User]> {
    return this.#users.entries();
  }

  [Symbol.iterator](): MapIterator<[string, User]> {
    return this.#users.entries();
  }

  forEach(visit: (user: User, id: string, users: ReadonlyMap<string, User>) => void): void {
    for (const [id, user] of this.#users) visit(user, id, this);
  }

  /** Takes these users in place of all others. Returns what that has changed. */
  protected replace(users: Map<string, User>): ReplicaChange[] {
    const old = this.#users;
    this.#users = users;
    const told: ReplicaChange[] = [];
    for (const [id, user] of users) {
      const before = old.get(id);
      if (before?.etag !== user.etag) told.push({ id, before, user });
    }
    for (const [id, before] of old) {
      if (!users.has(id)) told.push({ id, before, user: undefined });
    }
    return told;
  }

  /** A change may come twice. */
  protected apply(changes: readonly UserChange[]): Applied {
    const put = new Map<string, User>();
    const remove = new Set<string>();
    const told: ReplicaChange[] = [];
    for (const { userId: id, user } of changes) {
      const before = this.#users.get(id);
      if (user === undefined || user.deleteTime !== undefined) {
        this.#users.delete(id);
        put.delete(id);
        remove.add(id);
        if (before !== undefined) told.push({ id, before, user: undefined });
      } else if (before === undefined || before.version < user.version) {
        this.#users.set(id, user);
        put.set(id, user);
        remove.delete(id);
        told.push({ id, before, user });
      }
    }
    return { put, remove: [...remove], told };
  }
}
