import { setImmediate } from "node:timers/promises";
import { CompiledQuery, type Transaction } from "kysely";
import type { Engine } from "./engine.ts";
import type { Schema } from "./schema.ts";

/** PostgreSQL keeps track of so many savepoints of a transaction at low cost. */
const MAX_MEMBERS = 64;
/** Nobody joins a group whose first member began longer ago: it waits to be told. */
const MAX_MS = 20;

type Transact = <T>(work: (db: Transaction<Schema>) => Promise<T>) => Promise<T>;

/** `close` keeps others from joining the group. */
type Work<T> = (db: Transaction<Schema>, close: () => void) => Promise<T>;

interface Member {
  /** Runs the work. Returns what tells its result. */
  readonly run: Work<() => void>;
  readonly fail: (error: unknown) => void;
}

/**
 * Lets work with one key run one at a time, in the order it came, and what waits share a transaction. Each is told its result, or why
 * it failed, after the commit: what it has seen may be of others of its group. One that fails leaves nothing behind, and the others
 * as they are; if the transaction fails, all do. Work with other keys does not wait.
 */
export class CommitGroups {
  readonly #engine: Engine;
  readonly #transact: Transact;
  readonly #queues = new Map<string, Member[]>();

  constructor(engine: Engine, transact: Transact) {
    this.#engine = engine;
    this.#transact = transact;
  }

  run<T>(key: string, work: Work<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run: Member["run"] = async (db, close) => {
        const result = await work(db, close);
        return () => resolve(result);
      };
      this.#enqueue(key, { run, fail: reject });
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
      await new CommitGroup(this.#engine, queue).commit(this.#transact);
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

class CommitGroup {
  readonly #engine: Engine;
  readonly #queue: Member[];
  readonly #members: Member[] = [];
  #closed = false;
  #end = 0;

  constructor(engine: Engine, queue: Member[]) {
    this.#engine = engine;
    this.#queue = queue;
  }

  async commit(transact: Transact): Promise<void> {
    const waiting = this.#queue.length;
    try {
      const tellAll = await transact((db) => this.#runAll(db));
      for (const tell of tellAll) tell();
    } catch (error) {
      // If it could not even begin, that concerns all who waited for it.
      const failed = this.#members.length > 0 ? this.#members : this.#queue.splice(0, waiting);
      for (const { fail } of failed) fail(error);
    }
  }

  // Is run again after a deadlock, with the members that there are.
  async #runAll(db: Transaction<Schema>): Promise<Array<() => void>> {
    const results: Array<() => void> = [];
    for (;;) {
      const member = this.#members[results.length] ?? this.#admit();
      if (member === undefined) {
        return results;
      }
      // For one that is alone the transaction is savepoint enough.
      results.push(await (this.#members.length === 1 ? this.#run(db, member) : this.#runUnderSavepoint(db, member)));
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

  #run(db: Transaction<Schema>, member: Member): Promise<() => void> {
    return member.run(db, () => {
      this.#closed = true;
    });
  }

  async #runUnderSavepoint(db: Transaction<Schema>, member: Member): Promise<() => void> {
    await db.executeQuery(SAVEPOINT);
    try {
      const tell = await this.#run(db, member);
      await db.executeQuery(RELEASE);
      return tell;
    } catch (error) {
      await this.#undo(db, error);
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
      throw this.#engine.isUnavailable(cause) ? cause : error;
    }
  }
}

const SAVEPOINT = CompiledQuery.raw("savepoint member");
const RELEASE = CompiledQuery.raw("release savepoint member");
const ROLL_BACK = CompiledQuery.raw("rollback to savepoint member");
