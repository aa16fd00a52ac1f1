import { RosterError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import type { AuditEntry } from "./entry.ts";

export interface AuditPage {
  /** In the order of their sequences, without a gap. */
  readonly entries: readonly AuditEntry[];
  /** The sequence up to which the log has been read. */
  readonly end: number;
  /** There was nothing after these when they were read. */
  readonly done: boolean;
}

/**
 * The entries after a sequence. Throws RESUME_TOKEN_EXPIRED when the log does not reach back to it, or not yet up to it: after an older
 * backup was restored.
 */
export function readAuditEntries(store: Store, accountId: string, after: number, limit: number): Promise<AuditPage> {
  return store.read(accountId, async ({ account, audit }) => {
    const entries = await audit.list({ descending: false, direction: "after", from: [after], skip: 0, limit });
    const next = entries[0]?.sequence ?? account.auditSequence + 1;
    if (after > account.auditSequence || next !== after + 1) {
      throw new RosterError("RESUME_TOKEN_EXPIRED", "the audit log does not have this place; begin again");
    }
    return { entries, end: entries.at(-1)?.sequence ?? after, done: entries.length < limit };
  });
}

/** The place before the first entry that is kept. */
export function beginOfLog(store: Store, accountId: string): Promise<number> {
  return store.read(accountId, async ({ account, audit }) => {
    const [first] = await audit.list({ descending: false, direction: "after", from: null, skip: 0, limit: 1 });
    return first === undefined ? account.auditSequence : first.sequence - 1;
  });
}
