import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import { describe, type Ledger } from "../ledger/ledger.ts";
import type { SharedUsers } from "../ledger/shared-users.ts";
import type { FinishedExport } from "../streams/exporter.ts";
import type { Stored } from "./stored.ts";

/** Holds what is stored against what was acknowledged. Nobody may be writing. Returns how many users were compared. */
export function checkUsers(ledger: Ledger, shared: SharedUsers, { users }: Stored): number {
  for (const record of ledger.users.values()) {
    const stored = users.get(record.id);
    if (!record.allows(stored)) throw ledger.broken(PROMISES.durable, record, `stored is ${describe(stored)}`);
  }
  for (const records of ledger.together) {
    const landed = records.filter(({ doubtLanded }) => doubtLanded);
    const [first] = landed;
    if (first !== undefined && landed.length !== records.length) {
      throw ledger.broken(
        PROMISES.updates,
        first,
        `${landed.length} of ${records.length} rows of an unanswered call have landed`,
      );
    }
  }
  const expected = new Set(ledger.users.keys());
  const unknown = [...users.values()].filter(
    ({ id, externalId, superAdmin }) => !expected.has(id) && !superAdmin && externalId?.startsWith("shared/") !== true,
  );
  if (unknown[0] !== undefined) throw new BrokenPromise(PROMISES.durable, `nobody has created ${describe(unknown[0])}`);
  checkShared(shared, users);
  return ledger.users.size;
}

function checkShared(shared: SharedUsers, users: Stored["users"]): void {
  const byExternalId = Map.groupBy(users.values(), ({ externalId }) => externalId ?? "");
  for (const { externalId, id, counts, merges, doubters } of shared.users) {
    const found = byExternalId.get(externalId) ?? [];
    const [user] = found;
    if (found.length > 1 || (id !== undefined && user?.id !== id)) {
      throw new BrokenPromise(PROMISES.external, `${externalId} is ${found.map((one) => one.id).join(", ")}, and was ${id}`);
    }
    const landed = Number(user?.version ?? 1n) - 1;
    if (landed < merges || landed > merges + doubters.size) {
      throw new BrokenPromise(PROMISES.updates, `${externalId} has ${landed} merges; ${merges} were acknowledged`, [
        describe(user),
      ]);
    }
    for (const [caller, count] of counts) {
      const value = Number(user?.metadata?.[caller] ?? 0);
      if (value !== count && !(doubters.has(caller) && value === count + 1)) {
        throw new BrokenPromise(PROMISES.updates, `${externalId} has ${caller}: ${value}; acknowledged was ${count}`, [
          describe(user),
        ]);
      }
    }
  }
}

/** Each transaction has its own revision, and there are no others. */
export function checkRevisions(ledger: Ledger, shared: SharedUsers, { revision }: Stored): void {
  const highest = [...ledger.revisions.keys()].reduce((one, other) => (one > other ? one : other), 0n);
  if (highest > revision) {
    throw new BrokenPromise(PROMISES.durable, `revision ${highest} was acknowledged, the account is at ${revision}`);
  }
  const together = new Set(ledger.together.flat());
  const landed =
    [...ledger.users.values()].filter((record) => record.doubtLanded && !together.has(record)).length +
    ledger.together.filter(([first]) => first?.doubtLanded).length;
  const doubters = shared.users.reduce((sum, user) => sum + user.doubters.size + 1, 0);
  // The first transaction made the account.
  const known = BigInt(1 + ledger.transactions + landed);
  if (revision < known || revision > known + BigInt(doubters)) {
    throw new BrokenPromise(
      PROMISES.revision,
      `the account is at ${revision}, by the ledger at ${known} to ${known + BigInt(doubters)}`,
    );
  }
}

/** What was exported while others wrote, against the ledger as it was at the revision of the export. Returns how many users were compared. */
export function checkExport(ledger: Ledger, { revision, showDeleted, users }: FinishedExport): number {
  let compared = 0;
  for (const record of ledger.users.values()) {
    const then = record.at(revision);
    const delivered = users.get(record.id)?.version ?? 0n;
    if (then === undefined || record.doubt !== undefined) continue;
    const expected = then.deleted && !showDeleted ? 0n : then.version;
    compared += 1;
    if (delivered !== expected && !(delivered === 0n && record.purgedSince(revision + 1n))) {
      throw ledger.broken(
        PROMISES.export,
        record,
        `at revision ${revision} it had version ${expected}, delivered was ${delivered}`,
      );
    }
  }
  return compared;
}
