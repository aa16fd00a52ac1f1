import type { Engine, UserWords } from "../engine.ts";
import type { Transaction } from "../query/queryable.ts";
import { type ChangeRow, insertChanges, insertUsers, type StoredRow, updateUsers } from "./user-statements.ts";

/** So many changes wait at most. */
const LIMIT = 64;

interface UpdateOptions {
  readonly keepsKeys: boolean;
  /** Undefined: they are what they were. */
  readonly words: UserWords | undefined;
}

/**
 * Rows of users and of their history that a transaction has not written yet, because many go in one statement. Whatever else the
 * transaction asks of the database must find them. So everything but this buffer works with a database that flushes it before each
 * statement (`beforeEachStatement`): nobody else needs to know of it, and no statement can be forgotten.
 */
export class WriteBuffer {
  /** Without the flush. */
  readonly #db: Transaction;
  readonly #engine: Pick<Engine, "rowsPerInsert" | "words">;
  #users: StoredRow[] = [];
  #words: UserWords[] = [];
  /** By id. They come after the inserts. */
  #updates = new Map<string, StoredRow>();
  #changedWords = new Map<string, UserWords>();
  #changes: ChangeRow[] = [];

  constructor(db: Transaction, engine: Pick<Engine, "rowsPerInsert" | "words">) {
    this.#db = db;
    this.#engine = engine;
  }

  async insertUser(user: StoredRow, words: UserWords, change: ChangeRow): Promise<void> {
    this.#users.push(user);
    this.#words.push(words);
    await this.insertChange(change);
  }

  /** A key that changes hands must do so in the order of the changes: unless the user keeps its keys, it waits for no other. */
  async updateUser(user: StoredRow, change: ChangeRow, { keepsKeys, words }: UpdateOptions): Promise<void> {
    if (!keepsKeys) await this.#flushUsers();
    this.#updates.set(user.id, user);
    if (words !== undefined) this.#changedWords.set(user.id, words);
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
      await insertChanges(this.#db, changes, this.#engine.rowsPerInsert);
    }
  }

  async #flushUsers(): Promise<void> {
    const [users, words] = [this.#users, this.#words];
    if (users.length > 0) {
      [this.#users, this.#words] = [[], []];
      await insertUsers(this.#db, users, this.#engine.rowsPerInsert);
      await this.#engine.words.insert(this.#db, words, this.#engine.rowsPerInsert);
    }
    const [updates, changedWords] = [this.#updates, this.#changedWords];
    if (updates.size > 0) {
      [this.#updates, this.#changedWords] = [new Map(), new Map()];
      await updateUsers(this.#db, [...updates.values()], this.#engine.rowsPerInsert);
      await this.#engine.words.put(this.#db, [...changedWords.values()]);
    }
  }
}
