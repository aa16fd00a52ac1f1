import { selectAccount } from "../accounts/account-statements.ts";
import { type Check, isJson, type VerifiedAccount } from "./check.ts";

/** An account's own row. */
export async function verifyAccount({ db, findings }: Check, id: string): Promise<VerifiedAccount> {
  const row = await selectAccount(db, id).select("words_revision").executeTakeFirstOrThrow();
  const add = (what: string) => findings.add("accounts", id, what);
  for (const column of ["metadata", "self_writable", "metadata_schema"] as const) {
    if (!isJson(row[column] ?? "null")) add(`${column} is no JSON`);
  }
  if (row.history_floor > row.revision) add(`the history's floor ${row.history_floor} is above revision ${row.revision}`);
  if (row.words_revision > row.revision) {
    add(`the words are of revision ${row.words_revision}, the account has ${row.revision}`);
  }
  if (row.version < 1) add(`version ${row.version}`);
  return {
    id,
    revision: row.revision,
    historyFloor: row.history_floor,
    auditSequence: row.audit_sequence,
    wordsRevision: row.words_revision,
  };
}
