import type { Micros } from "../../directory/values/clock.ts";
import type { Queryable } from "../query/queryable.ts";
import { inBatches } from "./batches.ts";
import type { Check, VerifiedAccount } from "./check.ts";

export interface VerifiedHistory {
  /** Changes after that are in the history. */
  readonly start: Micros;
  /** When users were purged. */
  readonly purgeTimes: ReadonlySet<Micros>;
}

/** The history in the order of the commits. A purge takes out of it what was before: only then may something be missing. */
export async function verifyRevisions({ db, findings }: Check, account: VerifiedAccount): Promise<VerifiedHistory> {
  const { id, historyFloor } = account;
  const purgeTimes = new Set<Micros>();
  let start: Micros | undefined;
  let last = { revision: historyFloor, ordinal: 0, commit_time: 0 };
  let gaps: string[] = [];
  for await (const row of changesOf(db, id)) {
    if (row.revision <= historyFloor) {
      findings.add("revisions", id, `revision ${row.revision} is not above the history's floor ${historyFloor}`);
    }
    const gap = gapBetween(last, row);
    if (gap !== undefined) gaps.push(gap);
    if (row.type === "PURGED") {
      gaps = [];
      purgeTimes.add(row.commit_time);
    }
    if (row.revision === last.revision && row.commit_time !== last.commit_time && start !== undefined) {
      findings.add("revisions", id, `the changes of revision ${row.revision} have several times`);
    }
    start ??= row.commit_time;
    last = row;
  }
  for (const gap of gaps) findings.add("revisions", id, `${gap} missing, and no purge explains it`);
  if (last.revision !== account.revision) {
    findings.add("revisions", id, `the history ends with revision ${last.revision}, the account has ${account.revision}`);
  }
  const neverPruned = historyFloor === 0;
  return { start: neverPruned ? Number.NEGATIVE_INFINITY : (start ?? Number.POSITIVE_INFINITY), purgeTimes };
}

interface Place {
  readonly revision: number;
  readonly ordinal: number;
}

function gapBetween(last: Place, next: Place): string | undefined {
  if (next.revision > last.revision + 1) {
    return `revisions ${last.revision + 1} to ${next.revision - 1} are`;
  }
  const ordinal = next.revision === last.revision ? last.ordinal + 1 : 0;
  return next.ordinal === ordinal ? undefined : `of revision ${next.revision} a change before number ${next.ordinal} is`;
}

function changesOf(db: Queryable, accountId: string) {
  const rows = db
    .selectFrom("changes")
    .select(["revision", "ordinal", "type", "commit_time"])
    .where("account_id", "=", accountId)
    .orderBy("revision")
    .orderBy("ordinal");
  type Row = Awaited<ReturnType<(typeof rows)["execute"]>>[number];
  return inBatches<Row>((after, limit) =>
    (after === undefined
      ? rows
      : rows.where(({ eb, refTuple, tuple }) =>
          eb(refTuple("revision", "ordinal"), ">", tuple(after.revision, after.ordinal)),
        )
    )
      .limit(limit)
      .execute(),
  );
}
