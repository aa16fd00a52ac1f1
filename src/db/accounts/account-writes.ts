import type { NewAccount } from "../../directory/accounts/account.ts";
import type { AccountTransaction } from "../../directory/store/account-view.ts";
import type { CommitEvent } from "../../directory/store/commit-event.ts";
import type { Origin } from "../../directory/store/store.ts";
import type { CommitEvents } from "../commit/commit-events.ts";
import { CommitGroups } from "../commit/commit-groups.ts";
import type { Outcome, SharedTransaction, Work } from "../commit/shared-transaction.ts";
import { insertAccount } from "./account-statements.ts";
import { type Dependencies, KyselyAccountTransaction } from "./account-transaction.ts";

interface Written<T> extends Outcome {
  readonly result: T;
  readonly event?: CommitEvent;
}

/** Writes accounts: runs the work in a transaction, commits it, and publishes its event. */
export class AccountWrites {
  readonly #dependencies: Dependencies;
  readonly #groups: CommitGroups;
  readonly #events: CommitEvents;

  constructor(dependencies: Dependencies, events: CommitEvents) {
    this.#dependencies = dependencies;
    this.#groups = new CommitGroups(dependencies.database);
    this.#events = events;
  }

  write<T>(origin: Origin, work: (tx: AccountTransaction) => Promise<T>): Promise<T> {
    return this.#commit(origin, (shared) => this.#run(shared, origin, work));
  }

  /** Undefined, and nothing is written, if the id or the slug is taken. */
  create<T>(account: NewAccount, work: (tx: AccountTransaction) => Promise<T>): Promise<T | undefined> {
    const origin: Origin = { accountId: account.id, apiKeyId: null, requestId: null };
    return this.#commit<T | undefined>(origin, async (shared) => {
      // It locks a slug, which is kept with another account.
      shared.admitNoMore();
      const inserted = await insertAccount(shared.db, account, this.#dependencies.sources.clock());
      return inserted === undefined
        ? { rollBack: true, result: undefined }
        : this.#run(shared, origin, work, { created: true });
    });
  }

  async #commit<T>({ accountId, dryRun }: Origin, work: Work<Written<T>>): Promise<T> {
    const { result, event } = await this.#groups.run(accountId, work, { dryRun });
    if (event !== undefined) {
      await this.#events.publish(event);
    }
    return result;
  }

  async #run<T>(
    shared: SharedTransaction,
    origin: Origin,
    work: (tx: AccountTransaction) => Promise<T>,
    { created = false } = {},
  ): Promise<Written<T>> {
    const account = await shared.accounts.lock(origin.accountId);
    const tx = new KyselyAccountTransaction(account, origin, shared, this.#dependencies);
    if (created) tx.recordCreation();
    const result = await work(tx);
    await tx.flush();
    return origin.dryRun ? { rollBack: true, result } : { rollBack: false, result, event: tx.handOver() };
  }
}
