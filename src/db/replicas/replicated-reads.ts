import { setTimeout } from "node:timers/promises";
import { RosterError } from "../../directory/errors.ts";
import type { AccountView } from "../../directory/store/account-view.ts";
import type { LeastRevision } from "../../directory/store/replicas.ts";
import type { FoundUser, UserKey } from "../../directory/store/users.ts";
import type { AccountReads, DatabaseReads } from "../accounts/account-reads.ts";
import { isTimeout } from "../postgres/replication.ts";
import { findInView } from "../users/find-user.ts";
import type { Replica } from "./replica.ts";
import type { ShownRevisions } from "./shown-revisions.ts";

/** Before a read asks again the replicas that were behind. Then the primary answers. */
const PAUSES_MS = [0, 2, 5, 10, 20, 40];
/** One that is known to be further behind is not waited for. */
const WAIT_LAG_MS = 2_500;

export interface ReplicatedReadsDeps {
  readonly primary: DatabaseReads;
  readonly replicas: readonly Replica[];
  readonly shown: ShownRevisions;
  /** Called when a replica seems to be out of reach. */
  readonly onFailure: () => void;
}

/** A read, wherever it is done. `show` is called with the account's revision that it sees, and throws if that is too low. */
type Read<T> = (reads: DatabaseReads, show: (revision: number) => void) => Promise<T>;

/** What a replica says to a read. */
type Answer<T> = { readonly value: T } | "behind" | "failed";

/** Reads that replicas may answer go to those in use, in turn. Others, and those that no replica can answer, go to the primary. */
export class ReplicatedReads implements AccountReads {
  readonly #deps: ReplicatedReadsDeps;
  #turn = 0;

  constructor(deps: ReplicatedReadsDeps) {
    this.#deps = deps;
  }

  view<T>(
    by: "reader" | "scanner",
    accountId: string,
    work: (view: AccountView) => Promise<T>,
    least?: LeastRevision,
  ): Promise<T> {
    return this.#read(accountId, least, (reads, show) => shownView(reads, by, accountId, show, work));
  }

  findUser(accountId: string, key: UserKey, least?: LeastRevision): Promise<FoundUser | undefined> {
    return this.#read(accountId, least, async (reads, show) => {
      const found = await reads.findEncoded(accountId, key);
      if (found === undefined) {
        return shownView(reads, "reader", accountId, show, (view) => findInView(view, key));
      }
      show(found.revision);
      return found;
    });
  }

  async #read<T>(accountId: string, least: LeastRevision | undefined, read: Read<T>): Promise<T> {
    const { primary, shown } = this.#deps;
    const answer = least && (await this.#askReplicas(accountId, Math.max(least(), shown.of(accountId)), read));
    return answer === undefined ? read(primary, (revision) => shown.raise(accountId, revision)) : answer.value;
  }

  /** Undefined: none of them can answer. */
  async #askReplicas<T>(accountId: string, least: number, read: Read<T>): Promise<{ readonly value: T } | undefined> {
    const replicas = least < Number.POSITIVE_INFINITY ? this.#inTurn() : [];
    const failed = new Set<Replica>();
    for (const pause of PAUSES_MS) {
      const asked = replicas.filter(
        (replica) => replica.problem === undefined && !failed.has(replica) && (pause === 0 || replica.lagMs <= WAIT_LAG_MS),
      );
      if (asked.length === 0) break;
      if (pause > 0) await setTimeout(pause);
      for (const replica of asked) {
        const answer = await this.#ask(replica, accountId, least, read);
        if (typeof answer === "object") return answer;
        if (answer === "failed") failed.add(replica);
      }
    }
    for (const replica of replicas) replica.passedOn += 1;
    return undefined;
  }

  /** Those in use, another one first each time. */
  #inTurn(): readonly Replica[] {
    const replicas = this.#deps.replicas.filter(({ problem }) => problem === undefined);
    this.#turn += 1;
    const first = replicas.length === 0 ? 0 : this.#turn % replicas.length;
    return [...replicas.slice(first), ...replicas.slice(0, first)];
  }

  async #ask<T>(replica: Replica, accountId: string, least: number, read: Read<T>): Promise<Answer<T>> {
    try {
      const value = await replica.run((reads) =>
        read(reads, (revision) => {
          if (revision < least) throw new Behind();
          this.#deps.shown.raise(accountId, revision);
        }),
      );
      replica.answered += 1;
      return { value };
    } catch (error) {
      if (isOfTheRead(error)) {
        replica.answered += 1;
        throw error;
      }
      if (isOutage(error)) this.#deps.onFailure();
      return isBehind(error) ? "behind" : "failed";
    }
  }
}

/** A replica does not have yet what the read may not miss. */
class Behind extends Error {}

function shownView<T>(
  reads: DatabaseReads,
  by: "reader" | "scanner",
  accountId: string,
  show: (revision: number) => void,
  work: (view: AccountView) => Promise<T>,
): Promise<T> {
  return reads.view(by, accountId, (view) => {
    show(view.account.revision);
    return work(view);
  });
}

/** An account that a replica does not know may be new. */
function isBehind(error: unknown): boolean {
  return error instanceof Behind || (error instanceof RosterError && error.reason === "ACCOUNT_NOT_FOUND");
}

function isOutage(error: unknown): error is RosterError {
  return error instanceof RosterError && error.reason === "STORE_UNAVAILABLE";
}

/** Whether the primary would say the same: then it is not asked. What takes a replica too long would take it too long, too. */
function isOfTheRead(error: unknown): boolean {
  return isOutage(error) ? isTimeout(error.cause) : error instanceof RosterError && !isBehind(error);
}
