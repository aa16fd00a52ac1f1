import { setImmediate } from "node:timers/promises";
import { CompiledQuery, type Transaction } from "kysely";
import { RosterError } from "../../directory/errors.ts";
import type { Engine } from "../engine.ts";
import type { Schema } from "../schema.ts";
import { type LockAccount, LockedAccounts, lockAccount } from "./locked-accounts.ts";
import { WriteWatch } from "./write-watch.ts";

/** PostgreSQL keeps track of so many savepoints of a transaction at low cost. */
const MAX_MEMBERS = 64;
/** Nobody joins a group whose first member began longer ago: it waits to be told. */
const MAX_MS = 20;

type Transact = <T>(work: (db: Transaction<Schema>) => Promise<T>) => Promise<T>;

/** What a member of a group works with. */
export interface Shared {
  readonly db: Transaction<Schema>;
  readonly accounts: LockedAccounts;
  /** Keeps others from joining the group. */
  close(): void;
}

interface Options {
  /** The work ends with an error whatever it does: it is to leave nothing behind. */
  readonly dryRun?: boolean | undefined;
}

interface Member extends Options {
  /** Runs the work. Returns what tells its result. */
  readonly run: (shared: Shared) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
}

/**
 * Lets work with one key run one at a time, in the order it came, and what waits share a transaction. Each is told its result, or why
 * it failed, after the commit: what it has seen may be of others of its group. One that fails leaves nothing behind, and the others
 * as they are; if the transaction fails, all do. Work with other keys does not wait. Work may be run more than once.
 */
export class CommitGroups {
  readonly #engine: Engine;
  readonly #lock: LockAccount;
  readonly #transact: Transact;
  readonly #queues = new Map<string, Member[]>();

  constructor(engine: Engine, transact: Transact) {
    this.#engine = engine;
    this.#lock = lockAccount(engine);
    this.#transact = transact;
  }

  run<T>(key: string, work: (shared: Shared) => Promise<T>, options: Options = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      const run: Member["run"] = async (shared) => {
        const result = await work(shared);
        return () => resolve(result);
      };
      this.#enqueue(key, { ...options, run, fail: reject });
    });
  }

  #enqueue(key: string, member: Member): void {
    const queue = this.#queues.get(key);
    if (queue === undefined) {
      const first = [member];
      this.#queues.set(key, first);
      void this.#serve(key, first);
    } else {
      queue.push(member);
    }
  }

  async #serve(key: string, queue: Member[]): Promise<void> {
    while (queue.length > 0) {
      await gather(queue);
      await new CommitGroup(this.#engine, this.#lock, queue).commit(this.#transact);
    }
    this.#queues.delete(key);
  }
}

/**
 * Lets calls join that come in with the same read of the sockets, and goes on as long as each turn of the event loop brings more: a
 * commit costs nearly the same for one as for all.
 */
async function gather(queue: readonly Member[]): Promise<void> {
  for (let waiting = 0; waiting < queue.length && waiting < MAX_MEMBERS; ) {
    waiting = queue.length;
    await setImmediate();
  }
}

/** Some member has to be undone alone: its group runs again, each member under a savepoint. */
class NeedsSavepoints {}

class CommitGroup {
  readonly #engine: Engine;
  readonly #lock: LockAccount;
  readonly #queue: Member[];
  readonly #members: Member[] = [];
  #closed = false;
  #end = 0;

  constructor(engine: Engine, lock: LockAccount, queue: Member[]) {
    this.#engine = engine;
    this.#lock = lock;
    this.#queue = queue;
  }

  async commit(transact: Transact): Promise<void> {
    const waiting = this.#queue.length;
    try {
      const tellAll = await this.#transact(transact);
      for (const tell of tellAll) tell();
    } catch (error) {
      // If it could not even begin, that concerns all who waited for it.
      const failed = this.#members.length > 0 ? this.#members : this.#queue.splice(0, waiting);
      for (const { fail } of failed) fail(error);
    }
  }

  // A savepoint costs more than what most members do, and hardly any fails that has written something.
  async #transact(transact: Transact): Promise<Array<() => void>> {
    try {
      return await transact((db) => this.#runAll(db, false));
    } catch (error) {
      if (error instanceof NeedsSavepoints) {
        return transact((db) => this.#runAll(db, true));
      }
      throw error;
    }
  }

  // Is run again after a deadlock, and for savepoints, with the members that there are.
  async #runAll(transaction: Transaction<Schema>, savepoints: boolean): Promise<Array<() => void>> {
    const watch = new WriteWatch();
    const db = transaction.withPlugin(watch);
    const accounts = new LockedAccounts(db, this.#lock);
    const close = () => {
      this.#closed = true;
    };
    const results: Array<() => void> = [];
    for (;;) {
      const member = this.#members[results.length] ?? this.#admit();
      if (member === undefined) {
        await accounts.writeBack();
        return results;
      }
      // For one that is alone the transaction is savepoint enough.
      const alone = this.#members.length === 1;
      const run = alone || !(savepoints || member.dryRun) ? this.#run : this.#runUnderSavepoint;
      watch.reset();
      results.push(await run.call(this, member, { db, accounts, close }, watch));
    }
  }

  #admit(): Member | undefined {
    if (this.#members.length === 0) {
      this.#end = performance.now() + MAX_MS;
    } else if (this.#closed || this.#members.length === MAX_MEMBERS || performance.now() > this.#end) {
      return undefined;
    }
    const member = this.#queue.shift();
    if (member !== undefined) {
      this.#members.push(member);
    }
    return member;
  }

  async #run(member: Member, shared: Shared, watch: WriteWatch): Promise<() => void> {
    try {
      return await member.run(shared);
    } catch (error) {
      // Refused by a rule, not by the database, before anything was written.
      if (error instanceof RosterError && !watch.seen) {
        return () => member.fail(error);
      }
      throw this.#members.length === 1 || this.#engine.isRetryable(error) ? error : new NeedsSavepoints();
    }
  }

  async #runUnderSavepoint(member: Member, shared: Shared): Promise<() => void> {
    const { db, accounts } = shared;
    await db.executeQuery(SAVEPOINT);
    try {
      const tell = await member.run(shared);
      await db.executeQuery(RELEASE);
      return tell;
    } catch (error) {
      await this.#undo(db, error);
      // What was locked under the savepoint is locked no more.
      await accounts.writeBack();
      return () => member.fail(error);
    }
  }

  async #undo(db: Transaction<Schema>, cause: unknown): Promise<void> {
    if (this.#engine.isRetryable(cause)) {
      throw cause;
    }
    try {
      await db.executeQuery(ROLL_BACK);
      await db.executeQuery(RELEASE);
    } catch (error) {
      // The database has ended the whole transaction by itself.
      throw this.#engine.outageOf(cause) === undefined ? error : cause;
    }
  }
}

const SAVEPOINT = CompiledQuery.raw("savepoint member");
const RELEASE = CompiledQuery.raw("release savepoint member");
const ROLL_BACK = CompiledQuery.raw("rollback to savepoint member");
