import type { Engine } from "../engine.ts";
import type { Transaction } from "../query/queryable.ts";
import { type ChangeRow, insertChanges, insertUsers, type StoredRow, UPDATE_USER } from "./user-statements.ts";

/** So many changes wait at most. */
const LIMIT = 64;

/**
 * Rows of users and of their history that a transaction has not inserted yet, because many go in one statement. Whatever else the
 * transaction asks of the database must find them. So everything but this buffer works with a database that flushes it before each
 * statement (`beforeEachStatement`): nobody else needs to know of it, and no statement can be forgotten.
 */
export class WriteBuffer {
  /** Without the flush. */
  readonly #db: Transaction;
  readonly #rowsPerInsert: Engine["rowsPerInsert"];
  #users: StoredRow[] = [];
  #changes: ChangeRow[] = [];

  constructor(db: Transaction, rowsPerInsert: Engine["rowsPerInsert"]) {
    this.#db = db;
    this.#rowsPerInsert = rowsPerInsert;
  }

  async insertUser(user: StoredRow, change: ChangeRow): Promise<void> {
    this.#users.push(user);
    await this.insertChange(change);
  }

  /** At once. Changes go on waiting: no user depends on them. */
  async updateUser(user: StoredRow, change: ChangeRow): Promise<void> {
    await this.#flushUsers();
    await UPDATE_USER.execute(this.#db, user);
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
  }
}
