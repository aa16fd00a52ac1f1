import type { Account } from "../../directory/accounts/account.ts";
import type { AuditedChange, AuditedRefusal } from "../../directory/audit/entry.ts";
import type { Origin } from "../../directory/store/store.ts";
import type { Erased } from "../../directory/store/users.ts";
import type { Micros } from "../../directory/values/clock.ts";
import type { IdSource } from "../../directory/values/id.ts";
import type { SharedTransaction } from "../commit/shared-transaction.ts";
import type { UsersInData } from "../users/data/user-data.ts";
import { AuditTrail } from "./audit-trail.ts";
import { eraseNames } from "./erase-names.ts";

interface Begin {
  readonly origin: Origin;
  readonly time: Micros;
  readonly newId: IdSource;
}

/** The audit of one transaction: in the log of its account, and rarely in that of another. */
export class TransactionAudit {
  readonly #begin: Begin;
  readonly #shared: SharedTransaction;
  readonly #trail: AuditTrail;
  readonly #others: Array<{ readonly account: Account; readonly trail: AuditTrail }> = [];

  constructor(account: Account, shared: SharedTransaction, begin: Begin) {
    this.#shared = shared;
    this.#begin = begin;
    this.#trail = new AuditTrail(account, begin.origin, begin.time);
  }

  /** Of the last entry of the account's log once the transaction has committed. */
  get sequence(): number {
    return this.#trail.sequence;
  }

  record(change: AuditedChange): void {
    this.#trail.record(change);
  }

  noteRefusal(refusal: AuditedRefusal): void {
    this.#trail.noteRefusal(refusal);
  }

  /** In the log of another account, which is locked. */
  recordIn(account: Account, change: AuditedChange): void {
    const trail = new AuditTrail(account, this.#begin.origin, this.#begin.time);
    trail.record(change);
    this.#others.push({ account, trail });
  }

  /** Takes out what names users, in the entries of this transaction and of those before it. */
  async eraseNames(users: UsersInData): Promise<(userId: string) => Pick<Erased, "auditEntries" | "pseudonym">> {
    // No id of a user has a space in it.
    const pseudonyms = new Map(users.userIds.map((id) => [id, `purged ${this.#begin.newId("P")}`]));
    // Entries of other accounts are locked.
    this.#shared.admitNoMore();
    await this.flush();
    for (const [userId, pseudonym] of pseudonyms) this.#trail.rename(userId, pseudonym);
    const counts = await eraseNames(this.#shared.db, users, pseudonyms);
    return (userId) => ({ auditEntries: counts.get(userId) ?? 0, pseudonym: pseudonyms.get(userId) ?? "" });
  }

  /** Inserts the entries of this transaction, and of those that share the database's with it. */
  async flush(): Promise<void> {
    this.#shared.entries.add(this.#trail.take());
    await this.#shared.entries.flush();
  }

  /** Hands over to the writes that follow in the database's transaction. */
  handOver(): void {
    const { entries, accounts } = this.#shared;
    entries.add(this.#trail.take());
    for (const { account, trail } of this.#others) {
      entries.add(trail.take());
      accounts.replace({ ...account, auditSequence: trail.sequence });
    }
  }
}
