import type { IdRange } from "../engine.ts";
import { selectUsers } from "../users/user-statements.ts";
import { AuditBalance, type AuditWindow } from "./audit-balance.ts";
import type { Check, VerifiedAccount, VerifiedRow } from "./check.ts";
import { changesInRange, entriesInRange } from "./ranges.ts";
import { verifyUserRow } from "./user-row.ts";
import { UserTrail } from "./user-trail.ts";

const PAGE = 500;

/** The users of an account by pages, each with what the history and the audit log tell of them, and of users who are gone. */
export async function verifyUsers(check: Check, account: VerifiedAccount, window: AuditWindow): Promise<void> {
  for (let after: string | undefined = ""; after !== undefined; ) {
    const rows = await readPage(check, account.id, after);
    const upTo: string | undefined = rows.length < PAGE ? undefined : rows.at(-1)?.id;
    for (const row of rows) verifyUserRow(check, account, row);
    await verifyRange(check, account, { rows, range: { after, upTo }, window });
    after = upTo;
  }
}

function readPage({ db, engine }: Check, accountId: string, after: string): Promise<VerifiedRow[]> {
  return selectUsers(db, accountId)
    .select(["users.image", "users.image_stamp", engine.words.stored().as("words")])
    .where("id", ">", after)
    .orderBy("id")
    .limit(PAGE)
    .execute();
}

interface Page {
  readonly rows: readonly VerifiedRow[];
  readonly range: IdRange;
  readonly window: AuditWindow;
}

async function verifyRange({ db, findings }: Check, account: VerifiedAccount, { rows, range, window }: Page): Promise<void> {
  const left = new Map(rows.map((row) => [row.id, row]));
  const balance = new AuditBalance(window);
  const add = (what: string) => findings.add("history", account.id, what);
  let trail: UserTrail | undefined;
  const finish = () => {
    if (trail === undefined) return;
    trail.finish(left.get(trail.userId));
    left.delete(trail.userId);
  };
  for await (const change of changesInRange(db, account.id, range)) {
    if (change.user_id !== trail?.userId) {
      finish();
      trail = new UserTrail(change.user_id, account.historyFloor, add);
    }
    trail.add(change);
    balance.addChange(change);
  }
  finish();
  for (const { id, revision } of left.values()) {
    if (revision > account.historyFloor) add(`user ${id} has revision ${revision}, of which the history knows nothing`);
  }
  for await (const entry of entriesInRange(db, account.id, range)) balance.addEntry(entry);
  for (const what of balance.problems()) findings.add("audit", account.id, what);
}
