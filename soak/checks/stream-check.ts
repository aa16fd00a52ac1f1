import { setTimeout } from "node:timers/promises";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import { describe, type Ledger } from "../ledger/ledger.ts";
import type { SharedUsers } from "../ledger/shared-users.ts";
import { same } from "../ledger/user-record.ts";
import type { AuditFollower } from "../streams/audit-follower.ts";
import type { Replica } from "../streams/replica.ts";
import type { Stored } from "./stored.ts";

const CATCH_UP_MS = 60_000;
const STEP_MS = 20;

/** Waits until it is so, and says what it waited for if that takes too long. */
export async function caughtUp(isSo: () => boolean, promise: string, what: () => string): Promise<void> {
  const end = performance.now() + CATCH_UP_MS;
  while (!isSo()) {
    if (performance.now() > end) throw new BrokenPromise(promise, what());
    await setTimeout(STEP_MS);
  }
}

/** A copy of everybody is what is stored, and was told of each transaction, once. Returns how many users were compared. */
export async function checkReplica(ledger: Ledger, replica: Replica, stored: Stored): Promise<number> {
  const { revision, users } = stored;
  await caughtUp(
    () => replica.revision >= revision,
    PROMISES.watch,
    () => `${replica.name} is at revision ${replica.revision}, the account at ${revision}`,
  );
  compare(ledger, replica, users);
  for (const missing of replica.missing()) checkMissing(ledger, missing);
  for (const [at, ids] of ledger.revisions) {
    const told = replica.revisions.get(at);
    const untold = told && ids.find((id) => !told.includes(id) && !ledger.users.get(id)?.purgedSince(at));
    if (untold !== undefined) {
      throw ledger.broken(
        PROMISES.watch,
        ledger.record(untold),
        `${replica.name} was not told of it at ${at}`,
        replica.history(untold),
      );
    }
  }
  replica.checked();
  return users.size;
}

/** A copy of those who pass a filter is those stored who pass. */
export async function checkFiltered(ledger: Ledger, replica: Replica, stored: Stored, passes: (id: string) => boolean) {
  const expected = new Map([...stored.users].filter(([id]) => passes(id)));
  const isSame = () =>
    expected.size === replica.users.size && [...expected].every(([id, user]) => same(replica.users.get(id), user));
  try {
    await caughtUp(isSame, PROMISES.replica, () => "");
  } catch {
    compare(ledger, replica, expected);
  }
  replica.checked();
  return expected.size;
}

function compare(ledger: Ledger, replica: Replica, users: Stored["users"]): void {
  for (const id of new Set([...users.keys(), ...replica.users.keys()])) {
    const [stored, copied] = [users.get(id), replica.users.get(id)];
    if (!same(stored, copied)) {
      const evidence = [`stored: ${describe(stored)}`, `copied: ${describe(copied)}`, ...replica.history(id)];
      throw ledger.broken(PROMISES.replica, ledger.record(id), `${replica.name} has another`, evidence);
    }
  }
}

/** Only what was purged since may be missing. */
function checkMissing(ledger: Ledger, revision: bigint): void {
  const ids = ledger.revisions.get(revision);
  const purged = (id: string) => ledger.users.get(id)?.purgedSince(revision) === true;
  if (
    ids !== undefined
      ? !ids.every(purged)
      : ![...ledger.users.values()].some((record) => record.doubt !== undefined && record.purgedSince(revision))
  ) {
    const evidence = (ids ?? []).flatMap((id) => ledger.historyOf(ledger.record(id)));
    throw new BrokenPromise(
      PROMISES.watch,
      `revision ${revision} (${ids?.join(", ") ?? "unknown"}) was never told`,
      evidence,
    );
  }
}

/** Each acknowledged mutation has left one entry for each user that it has changed. */
export async function checkAudit(ledger: Ledger, shared: SharedUsers, audit: AuditFollower, last: bigint): Promise<void> {
  await caughtUp(
    () => audit.sequence >= last,
    PROMISES.audit,
    () => `the watch is at entry ${audit.sequence}, the log at ${last}`,
  );
  for (const [requestId, { ids, revision }] of ledger.requests) {
    const entries = audit.requests.get(requestId) ?? 0;
    // A purge takes the request id out of the entries about the user.
    const kept = ids.filter((id) => shared.has(id) || !ledger.record(id).purgedSince(revision)).length;
    if (entries < kept || entries > ids.length) {
      const evidence = ids.flatMap((id) => ledger.historyOf(ledger.record(id)));
      throw new BrokenPromise(
        PROMISES.audit,
        `request ${requestId} changed ${ids.length} users and left ${entries} entries`,
        evidence,
      );
    }
    audit.requests.delete(requestId);
  }
}
