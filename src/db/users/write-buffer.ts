import type { Engine } from "../engine.ts";
import type { Transaction } from "../query/queryable.ts";
import { type ChangeRow, insertChanges, insertUsers, type StoredRow, updateUsers } from "./user-statements.ts";

/** So many changes wait at most. */
const LIMIT = 64;

/**
 * Rows of users and of their history that a transaction has not written yet, because many go in one statement. Whatever else the
 * transaction asks of the database must find them. So everything but this buffer works with a database that flushes it before each
 * statement (`beforeEachStatement`): nobody else needs to know of it, and no statement can be forgotten.
 */
export class WriteBuffer {
  /** Without the flush. */
  readonly #db: Transaction;
  readonly #rowsPerInsert: Engine["rowsPerInsert"];
  #users: StoredRow[] = [];
  /** By id. They come after the inserts. */
  #updates = new Map<string, StoredRow>();
  #changes: ChangeRow[] = [];

  constructor(db: Transaction, rowsPerInsert: Engine["rowsPerInsert"]) {
    this.#db = db;
    this.#rowsPerInsert = rowsPerInsert;
  }

  async insertUser(user: StoredRow, change: ChangeRow): Promise<void> {
    this.#users.push(user);
    await this.insertChange(change);
  }

  /** A key that changes hands must do so in the order of the changes: unless the user keeps its keys, it waits for no other. */
  async updateUser(user: StoredRow, change: ChangeRow, { keepsKeys }: { readonly keepsKeys: boolean }): Promise<void> {
    if (!keepsKeys) await this.#flushUsers();
    this.#updates.set(user.id, user);
    if (!keepsKeys) await this.#flushUsers();
    await this.insertChange(change);
  }

  async insertChange(change: ChangeRow): Promise<void> {
    this.#changes.push(change);
    if (this.#changes.length >= LIMIT) {
      await this.flush();
    }
  }

  async flush(): Promise<void> {
    await this.#flushUsers();
    const changes = this.#changes;
    if (changes.length > 0) {
      this.#changes = [];
      await insertChanges(this.#db, changes, this.#rowsPerInsert);
    }
  }

  async #flushUsers(): Promise<void> {
    const users = this.#users;
    if (users.length > 0) {
      this.#users = [];
      await insertUsers(this.#db, users, this.#rowsPerInsert);
    }
    const updates = this.#updates;
    if (updates.size > 0) {
      this.#updates = new Map();
      await updateUsers(this.#db, [...updates.values()], this.#rowsPerInsert);
    }
  }
}
