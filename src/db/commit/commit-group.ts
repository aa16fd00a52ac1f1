import { RosterError } from "../../directory/errors.ts";
import type { Histogram } from "../../metrics/instruments.ts";
import { PendingEntries } from "../audit/pending-entries.ts";
import type { Database } from "../database.ts";
import { beforeEachStatement } from "../query/before-each-statement.ts";
import type { Transaction } from "../query/queryable.ts";
import { type LockAccount, LockedAccounts } from "./locked-accounts.ts";
import { releaseSavepoint, rollBackToSavepoint, setSavepoint } from "./savepoint.ts";
import type { Outcome, SharedTransaction, Work } from "./shared-transaction.ts";

/** PostgreSQL keeps track of so many savepoints of a transaction at low cost. */
export const MAX_MEMBERS = 64;
/** Nobody joins a group whose first member began longer ago: it waits for its reply. */
const MAX_MS = 20;

/** A write that waits for its commit. */
export interface Member {
  readonly dryRun: boolean;
  /** When it began to wait for its turn, on the clock of `performance.now`. */
  readonly enqueued: number;
  /** Runs the work. `reply` gives its outcome to whoever waits for it. */
  readonly run: Work<Outcome & { readonly reply: Reply }>;
  readonly fail: (error: unknown) => void;
}

type Reply = () => void;

/** What is measured of groups. */
export interface GroupFigures {
  /** How long members waited until the group took them in, in seconds. */
  readonly wait: Histogram;
  /** How many members groups had. */
  readonly size: Histogram;
}

/** Some member has to be undone alone: the group runs again, each member under a savepoint. */
class NeedsSavepoints {}

/** The writes that share one transaction. They come from the head of the queue. */
export class CommitGroup {
  readonly #database: Database;
  readonly #lock: LockAccount;
  readonly #queue: Member[];
  readonly #figures: GroupFigures;
  readonly #members: Member[] = [];
  #closed = false;
  #end = 0;
  /** Whether the member that runs has written anything. */
  #wrote = false;

  constructor(database: Database, lock: LockAccount, queue: Member[], figures: GroupFigures) {
    this.#database = database;
    this.#lock = lock;
    this.#queue = queue;
    this.#figures = figures;
  }

  /** Runs the members, commits, and replies to each of them. Does not fail itself. */
  async commit(): Promise<void> {
    const waiting = this.#queue.length;
    try {
      for (const reply of await this.#transact()) reply();
    } catch (error) {
      // If the transaction could not even begin, that concerns all who waited for it.
      const failed = this.#members.length > 0 ? this.#members : this.#queue.splice(0, waiting);
      for (const { fail } of failed) fail(error);
    }
    if (this.#members.length > 0) this.#figures.size.observe(this.#members.length);
  }

  // A savepoint costs more than what most members do, and hardly any fails that has written something.
  async #transact(): Promise<Reply[]> {
    try {
      return await this.#database.transaction((db) => this.#runAll(db, { savepoints: false }));
    } catch (error) {
      if (error instanceof NeedsSavepoints) {
        return this.#database.transaction((db) => this.#runAll(db, { savepoints: true }));
      }
      throw error;
    }
  }

  // Runs again after a deadlock, and for savepoints, with the members that there are.
  async #runAll(transaction: Transaction, { savepoints }: { readonly savepoints: boolean }): Promise<Reply[]> {
    const db = beforeEachStatement(transaction, ({ query }) => {
      this.#wrote ||= query.kind !== "SelectQueryNode";
    });
    const accounts = new LockedAccounts(db, this.#lock);
    const entries = new PendingEntries(db, this.#database.engine.rowsPerInsert);
    const admitNoMore = () => {
      this.#closed = true;
    };
    const replies: Reply[] = [];
    for (;;) {
      const member = this.#members[replies.length] ?? this.#admit();
      if (member === undefined) {
        await accounts.writeCounters();
        await entries.flush();
        return replies;
      }
      const run = savepoints || member.dryRun ? this.#runUnderSavepoint : this.#run;
      replies.push(await run.call(this, member, { db, accounts, entries, admitNoMore }));
    }
  }

  #admit(): Member | undefined {
    const now = performance.now();
    if (this.#members.length === 0) {
      this.#end = now + MAX_MS;
    } else if (this.#closed || this.#members.length === MAX_MEMBERS || now > this.#end) {
      return undefined;
    }
    const member = this.#queue.shift();
    if (member !== undefined) {
      this.#members.push(member);
      this.#figures.wait.observe((now - member.enqueued) / 1000);
    }
    return member;
  }

  async #run(member: Member, shared: SharedTransaction): Promise<Reply> {
    this.#wrote = false;
    try {
      const { rollBack, reply } = await member.run(shared);
      if (rollBack) {
        throw new NeedsSavepoints();
      }
      return reply;
    } catch (error) {
      // Refused by a rule, not by the database, before anything was written.
      if (error instanceof RosterError && !this.#wrote) {
        return () => member.fail(error);
      }
      // For one that is alone, the transaction is savepoint enough.
      throw this.#members.length === 1 || this.#database.engine.isRetryable(error) ? error : new NeedsSavepoints();
    }
  }

  async #runUnderSavepoint(member: Member, shared: SharedTransaction): Promise<Reply> {
    // What the others have written is not undone with this one.
    await shared.entries.flush();
    await setSavepoint(shared.db);
    try {
      const { rollBack, reply } = await member.run(shared);
      await (rollBack ? this.#undo(shared) : releaseSavepoint(shared.db));
      return reply;
    } catch (error) {
      if (this.#database.engine.isRetryable(error)) {
        throw error;
      }
      await this.#undo(shared, error);
      return () => member.fail(this.#database.toStoreError(error));
    }
  }

  async #undo({ db, accounts }: SharedTransaction, cause?: unknown): Promise<void> {
    try {
      await rollBackToSavepoint(db);
    } catch (error) {
      // The database has ended the whole transaction by itself.
      throw this.#database.engine.outageOf(cause) === undefined ? error : cause;
    }
    // What was locked under the savepoint is locked no more.
    await accounts.writeCounters();
  }
}
