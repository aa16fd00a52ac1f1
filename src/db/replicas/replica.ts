import { setTimeout } from "node:timers/promises";
import type { ReplicaProblem, ReplicaStatus } from "../../directory/store/replicas.ts";
import type { DatabaseReads } from "../accounts/account-reads.ts";
import { Database } from "../database.ts";
import { openPostgres, type PostgresOptions } from "../postgres/engine.ts";
import { type Place, placeOfStandby } from "../postgres/replication.ts";

/** Why a read was given up. */
class ReplicaLost extends Error {}

const CLOSE_MS = 1_000;

/** A standby of PostgreSQL that reads may go to, while nothing is wrong with it. */
export class Replica implements ReplicaStatus {
  readonly name: string;
  /** Nothing goes there before it has been looked at. */
  problem: ReplicaProblem | undefined = { reason: "unreachable" };
  looked = false;
  lagMs = Number.POSITIVE_INFINITY;
  answered = 0;
  passedOn = 0;
  readonly #connect: () => Database;
  readonly #readsOf: (database: Database) => DatabaseReads;
  readonly #underWay = new Set<() => void>();
  #database: Database;
  #reads: DatabaseReads;

  constructor(url: string, limits: PostgresOptions, readsOf: (database: Database) => DatabaseReads) {
    const { host, pathname } = new URL(url);
    this.name = host + pathname;
    this.#connect = () => new Database(openPostgres(url, limits));
    this.#readsOf = readsOf;
    this.#database = this.#connect();
    this.#reads = readsOf(this.#database);
  }

  place(): Promise<Place> {
    return placeOfStandby(this.#database.engine.maintenance);
  }

  /** Runs a read there. Throws ReplicaLost once the replica is given up: one that hangs must not make reads hang. */
  run<T>(read: (reads: DatabaseReads) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new ReplicaLost());
      this.#underWay.add(giveUp);
      void read(this.#reads)
        .then(resolve, reject)
        .finally(() => this.#underWay.delete(giveUp));
    });
  }

  /** Gives up its connections, and the reads that are under way on them. */
  giveUp(): void {
    for (const giveUp of this.#underWay) giveUp();
    void closeSoon(this.#database);
    this.#database = this.#connect();
    this.#reads = this.#readsOf(this.#database);
  }

  close(): Promise<void> {
    return closeSoon(this.#database);
  }
}

/** Connections that hang are left to the system. */
async function closeSoon({ engine }: Database): Promise<void> {
  await Promise.race([engine.close().catch(() => {}), setTimeout(CLOSE_MS, undefined, { ref: false })]);
}
