import type { Micros } from "../../directory/values/clock.ts";
import type { Queryable } from "../query/queryable.ts";
import { inBatches } from "./batches.ts";
import type { Check, VerifiedAccount } from "./check.ts";
import type { VerifiedHistory } from "./revisions.ts";

/** The audit log in its order. Returns the time after which each change must be in it. */
export async function verifyAudit(
  { db, findings }: Check,
  { id, auditSequence }: VerifiedAccount,
  { purgeTimes }: VerifiedHistory,
): Promise<Micros> {
  const add = (what: string) => findings.add("audit", id, what);
  const untold = new Set(purgeTimes);
  let start: Micros | undefined;
  let last: number | undefined;
  for await (const { sequence, time, outcome, action, refusal } of entriesOf(db, id)) {
    if (last !== undefined && sequence !== last + 1) add(`entries ${last + 1} to ${sequence - 1} are missing`);
    if ((outcome === "DONE") !== (action !== null) || (outcome === "REFUSED") !== (refusal !== null)) {
      add(`entry ${sequence} is not what its outcome ${outcome} demands`);
    }
    if (action === "PURGED") untold.delete(time);
    start ??= time;
    last = sequence;
  }
  // All may have been pruned.
  if (last !== undefined && last !== auditSequence) {
    add(`the log ends with entry ${last}, the account has ${auditSequence}`);
  }
  const from = start ?? Number.POSITIVE_INFINITY;
  for (const time of untold) {
    if (time > from) add(`the purge at ${new Date(time / 1000).toISOString()} is not in the log`);
  }
  return from;
}

function entriesOf(db: Queryable, accountId: string) {
  const rows = db
    .selectFrom("audit_entries")
    .select(["sequence", "time", "outcome", "action", "refusal"])
    .where("account_id", "=", accountId)
    .orderBy("sequence");
  type Row = Awaited<ReturnType<(typeof rows)["execute"]>>[number];
  return inBatches<Row>((after, limit) =>
    rows
      .where("sequence", ">", after?.sequence ?? Number.MIN_SAFE_INTEGER)
      .limit(limit)
      .execute(),
  );
}
