import { setImmediate } from "node:timers/promises";
import type { Database } from "../database.ts";
import { CommitGroup, type GroupFigures, MAX_MEMBERS, type Member } from "./commit-group.ts";
import { type LockAccount, lockAccount } from "./locked-accounts.ts";
import type { Outcome, Work } from "./shared-transaction.ts";
import { tracedMember } from "./traced-member.ts";

/**
 * Writes to one account run one at a time, in the order they came, and those that wait share a transaction. Each is told its result, or
 * why it failed, after the commit: it may have seen what others of its group wrote. One that fails leaves nothing behind, and the
 * others as they are; if the transaction fails, all do. Writes that would not wait for each other in the database don't do so here.
 */
export class CommitGroups {
  readonly #database: Database;
  readonly #lock: LockAccount;
  readonly #queues = new Map<string, Member[]>();
  readonly #figures: GroupFigures;

  constructor(database: Database) {
    this.#database = database;
    this.#lock = lockAccount(database.engine);
    const { meter } = database;
    this.#figures = {
      wait: meter.histogram("roster_commit_queue_wait_seconds"),
      size: meter.histogram("roster_commit_group_size"),
    };
    meter.show("roster_commit_queue_length", () => this.#waiting());
  }

  /** `work` may run more than once. With `dryRun` its outcome will be rolled back, whatever it is. */
  run<O extends Outcome>(accountId: string, work: Work<O>, { dryRun = false } = {}): Promise<O> {
    return new Promise((resolve, reject) => {
      const run: Member["run"] = async (group) => {
        const outcome = await work(group);
        return { rollBack: outcome.rollBack, reply: () => resolve(outcome) };
      };
      const { tracer, writeQueueOf } = this.#database.engine;
      const member = { dryRun, enqueued: performance.now(), run, fail: reject };
      const span = tracer?.current();
      this.#enqueue(writeQueueOf(accountId), span === undefined ? member : tracedMember(span, member));
    });
  }

  #enqueue(key: string, member: Member): void {
    const queue = this.#queues.get(key);
    if (queue === undefined) {
      const first = [member];
      this.#queues.set(key, first);
      // It goes on with the writes of others.
      const serve = () => void this.#serve(key, first);
      const { tracer } = this.#database.engine;
      if (tracer === undefined) serve();
      else tracer.apart(serve);
    } else {
      queue.push(member);
    }
  }

  async #serve(key: string, queue: Member[]): Promise<void> {
    while (queue.length > 0) {
      await gather(queue);
      await new CommitGroup(this.#database, this.#lock, queue, this.#figures).commit();
    }
    this.#queues.delete(key);
  }

  #waiting(): number {
    return [...this.#queues.values()].reduce((sum, { length }) => sum + length, 0);
  }
}

/**
 * Waits for calls that come in with the same read of the sockets, as long as each turn of the event loop brings more: a commit costs
 * nearly the same for one as for all.
 */
async function gather(queue: readonly Member[]): Promise<void> {
  for (let waiting = 0; waiting < queue.length && waiting < MAX_MEMBERS; ) {
    waiting = queue.length;
    await setImmediate();
  }
}
