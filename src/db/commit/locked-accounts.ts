import type { Transaction } from "kysely";
import type { Account } from "../../directory/accounts/account.ts";
import { notFound } from "../../directory/errors.ts";
import { SET_REVISION, selectAccount } from "../accounts/account-store.ts";
import type { Engine } from "../engine.ts";
import { toAccount } from "../query/rows.ts";
import { type Statement, statement } from "../query/statement.ts";
import type { Schema } from "../schema.ts";

export type LockAccount = Statement<{ id: string }, Parameters<typeof toAccount>[0]>;

export function lockAccount({ forUpdate }: Pick<Engine, "forUpdate">): LockAccount {
  return statement((db, { id }: { id: string }) => forUpdate(selectAccount(db, id)));
}

/**
 * The accounts that a transaction writes to. Nobody else changes them until it ends, so each is read once, and its revision written
 * once, at the end, however many take part in the transaction.
 */
export class LockedAccounts {
  readonly #db: Transaction<Schema>;
  readonly #lock: LockAccount;
  readonly #accounts = new Map<string, Account>();
  readonly #revisions = new Map<string, number>();

  constructor(db: Transaction<Schema>, lock: LockAccount) {
    this.#db = db;
    this.#lock = lock;
  }

  /** Throws ACCOUNT_NOT_FOUND. */
  async get(id: string): Promise<Account> {
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

  /** What the account is now; undefined: there is none any more. Its revision is the only part of it that is not written yet. */
  set(id: string, account: Account | undefined): void {
    if (account === undefined) {
      this.#accounts.delete(id);
      this.#revisions.delete(id);
    } else {
      this.#accounts.set(id, account);
      this.#revisions.set(id, account.revision);
    }
  }

  /** Writes what is not written yet, and forgets what is known. */
  async writeBack(): Promise<void> {
    for (const [id, revision] of this.#revisions) {
      await SET_REVISION.execute(this.#db, { id, revision });
    }
    this.#revisions.clear();
    this.#accounts.clear();
  }
}
