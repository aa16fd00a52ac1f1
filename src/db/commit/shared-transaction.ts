import type { PendingEntries } from "../audit/pending-entries.ts";
import type { Transaction } from "../query/queryable.ts";
import type { LockedAccounts } from "./locked-accounts.ts";

/** What a write works with: a transaction, and what the writes that share it know of its accounts. */
export interface SharedTransaction {
  readonly db: Transaction;
  readonly accounts: LockedAccounts;
  /** Of the audit logs. */
  readonly entries: PendingEntries;
  /** Makes this write the last one that shares the transaction. */
  admitNoMore(): void;
}

export interface Outcome {
  /** Nothing of the write is to be kept. */
  readonly rollBack: boolean;
}

/** May run more than once. */
export type Work<O extends Outcome> = (shared: SharedTransaction) => Promise<O>;
