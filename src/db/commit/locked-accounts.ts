import type { Account } from "../../directory/accounts/account.ts";
import { notFound } from "../../directory/errors.ts";
import { toAccount } from "../accounts/account-row.ts";
import { SET_COUNTERS, selectAccount } from "../accounts/account-statements.ts";
import type { Engine } from "../engine.ts";
import type { Transaction } from "../query/queryable.ts";
import { type Statement, statement } from "../query/statement.ts";

export type LockAccount = Statement<{ id: string }, Parameters<typeof toAccount>[0]>;

export function lockAccount({ forUpdate }: Pick<Engine, "forUpdate">): LockAccount {
  return statement((db, { id }: { id: string }) => forUpdate(selectAccount(db, id)));
}

/**
 * The accounts that a transaction writes. Nobody else changes them until it ends. So each is read once, and its revision and the sequence
 * of its audit log are written once, at the end, however many writes share the transaction.
 */
export class LockedAccounts {
  readonly #db: Transaction;
  readonly #lock: LockAccount;
  readonly #accounts = new Map<string, Account>();
  readonly #changed = new Set<string>();

  constructor(db: Transaction, lock: LockAccount) {
    this.#db = db;
    this.#lock = lock;
  }

  /** The account, locked until the transaction ends. Throws ACCOUNT_NOT_FOUND. */
  async lock(id: string): Promise<Account> {
    const known = this.#accounts.get(id);
    if (known !== undefined) {
      return known;
    }
    const row = await this.#lock.executeTakeFirst(this.#db, { id });
    if (row === undefined) {
      throw notFound("Account", id);
    }
    const account = toAccount(row);
    this.#accounts.set(id, account);
    return account;
  }

  /** What a write has made of an account: all but its counters is in the database already. */
  replace(account: Account): void {
    this.#accounts.set(account.id, account);
    this.#changed.add(account.id);
  }

  remove(id: string): void {
    this.#accounts.delete(id);
    this.#changed.delete(id);
  }

  /** Writes the revisions and sequences, and forgets the accounts. */
  async writeCounters(): Promise<void> {
    for (const account of this.#accounts.values()) {
      if (this.#changed.has(account.id)) await SET_COUNTERS.execute(this.#db, account);
    }
    this.#changed.clear();
    this.#accounts.clear();
  }
}
