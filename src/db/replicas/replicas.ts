import type { AccountView } from "../../directory/store/account-view.ts";
import type { CommitEvent } from "../../directory/store/commit-event.ts";
import type { ReplicaStatus } from "../../directory/store/replicas.ts";
import type { AccountReads, DatabaseReads } from "../accounts/account-reads.ts";
import type { Database } from "../database.ts";
import type { PostgresOptions } from "../postgres/engine.ts";
import { Replica } from "./replica.ts";
import { type OnReplicaChange, ReplicaMonitor } from "./replica-monitor.ts";
import { ReplicatedReads } from "./replicated-reads.ts";
import { ShownRevisions } from "./shown-revisions.ts";

export interface ReplicaOptions {
  /** Of standbys of the database. */
  readonly replicaUrls: readonly string[];
  /** One that is further behind answers no reads. Less than half of what `ShownRevisions` keeps. */
  readonly maxReplicaLagMs: number;
  readonly onReplicaChange: OnReplicaChange;
}

/** The replicas of a store's database. */
export class Replicas {
  readonly reads: AccountReads;
  readonly #replicas: readonly Replica[];
  readonly #monitor: ReplicaMonitor;
  readonly #shown = new ShownRevisions();

  /** Does not wait for them. */
  constructor(
    primary: Database,
    readsOf: (database: Database) => DatabaseReads,
    { replicaUrls, maxReplicaLagMs: maxLagMs, onReplicaChange: onChange, ...limits }: ReplicaOptions & PostgresOptions,
  ) {
    const replicas = replicaUrls.map((url) => new Replica(url, limits, readsOf));
    const monitor = new ReplicaMonitor(primary.engine, replicas, { maxLagMs, onChange });
    this.#replicas = replicas;
    this.#monitor = monitor;
    this.reads = new ReplicatedReads({
      primary: readsOf(primary),
      replicas,
      shown: this.#shown,
      onFailure: () => void monitor.look(),
    });
  }

  get statuses(): readonly ReplicaStatus[] {
    return this.#replicas;
  }

  /** To be told of each commit. An account that may have been erased is for a while that of the primary: it has no revision that says so. */
  heed({ accountId, revision, accessChanges }: CommitEvent): void {
    if (revision !== null) this.#shown.raise(accountId, revision);
    else if (accessChanges.includes(null)) this.#shown.raise(accountId, Number.POSITIVE_INFINITY);
  }

  /** The work of a transaction, which shows its caller what others have committed. */
  noting<V extends AccountView, T>(work: (view: V) => Promise<T>): (view: V) => Promise<T> {
    return (view) => {
      this.#shown.raise(view.account.id, view.account.revision);
      return work(view);
    };
  }

  async close(): Promise<void> {
    await this.#monitor.close();
    await Promise.all(this.#replicas.map((replica) => replica.close()));
  }
}
