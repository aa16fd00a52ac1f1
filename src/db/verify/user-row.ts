import { foldEmail } from "../../directory/values/email.ts";
import { canonicalJson } from "../../directory/values/json.ts";
import { storedJson } from "../query/stored-json.ts";
import { validEncoding } from "../users/encoded-users.ts";
import { toUser } from "../users/user-row.ts";
import { toUserWords } from "../users/user-words.ts";
import type { Check, VerifiedRow } from "./check.ts";
import { isJson, type VerifiedAccount } from "./check.ts";

const STATUSES: readonly string[] = ["INVITED", "ACTIVE", "SUSPENDED"];

/** One user by itself: its row, its encoded user and its words. */
export function verifyUserRow({ encoder, findings }: Check, account: VerifiedAccount, row: VerifiedRow): void {
  const add = (what: string) => findings.add("users", account.id, `user ${row.id}: ${what}`);
  for (const problem of valueProblems(row, account)) add(problem);
  if (!isJson(row.metadata)) {
    add("metadata is no JSON");
    return;
  }
  if (canonicalJson(storedJson(row.metadata)) !== row.metadata) add("metadata is not canonical");
  const user = toUser(row);
  const encoded = validEncoding(row, encoder);
  if (encoded !== undefined && Buffer.compare(encoded, encoder.encode(user)) !== 0) {
    add("the encoded user is not that of the row");
  }
  // Those that an older server has changed since are brought up to date later.
  if (row.revision <= account.wordsRevision && !haveSameWords(row.words, toUserWords(user).words)) {
    findings.add("words", account.id, `user ${row.id}: the index has other words`);
  }
}

function* valueProblems(row: VerifiedRow, { revision }: VerifiedAccount): Generator<string> {
  if (row.revision > revision) yield `has revision ${row.revision}, the account ${revision}`;
  if (row.revision < 1 || row.version < 1) yield `has revision ${row.revision} and version ${row.version}`;
  if (row.email_key !== (row.email === null ? null : foldEmail(row.email)))
    yield "the folded e-mail is not that of the e-mail";
  if (!STATUSES.includes(row.status)) yield `has status ${row.status}`;
  if (row.super_admin !== 0 && row.super_admin !== 1) yield `super_admin is ${row.super_admin}`;
  if ((row.email_verify_time === null) !== (row.email_verify_key === null))
    yield "the verification of the e-mail is half there";
}

function haveSameWords(stored: string | null, expected: string): boolean {
  return stored !== null && sorted(stored.replaceAll("'", "")) === sorted(expected);
}

function sorted(words: string): string {
  return words.split(" ").sort().join(" ");
}
