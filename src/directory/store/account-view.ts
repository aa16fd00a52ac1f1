import type { Account, NewAccount } from "../accounts/account.ts";
import type { MetadataRules } from "../accounts/metadata-rules.ts";
import type { AuditedRefusal } from "../audit/entry.ts";
import type { Clock } from "../values/clock.ts";
import type { IdSource } from "../values/id.ts";
import type { AnswerStore } from "./answers.ts";
import type { ApiKeyReader, ApiKeyWriter, NonceStore } from "./api-keys.ts";
import type { AuditReader } from "./audit.ts";
import type { ChangeReader } from "./changes.ts";
import type { SessionReader, SessionWriter } from "./sessions.ts";
import type { UserDataReader } from "./user-data.ts";
import type { UserReader, UserWriter } from "./users.ts";

/** One account at one moment. */
export interface AccountView {
  readonly account: Account;
  readonly users: UserReader;
  readonly changes: ChangeReader;
  readonly apiKeys: ApiKeyReader;
  readonly sessions: SessionReader;
  readonly audit: AuditReader;
  readonly metadataRules: MetadataRules;
  readonly userData: UserDataReader;
}

/** One account, and the right to change it. */
export interface AccountTransaction extends AccountView {
  readonly users: UserWriter;
  readonly apiKeys: ApiKeyWriter;
  readonly sessions: SessionWriter;
  readonly answers: AnswerStore;
  readonly nonces: NonceStore;
  readonly now: Clock;
  readonly newId: IdSource;
  /** The account's revision once this transaction has committed. */
  readonly revision: number;
  /** Tells the audit log of calls that were refused. */
  noteRefusal(refusal: AuditedRefusal): void;

  /** Adds another account. Undefined, and nothing is written, if its slug is taken. */
  insertAccount(account: NewAccount): Promise<Account | undefined>;

  /** Replaces the account's own record. Throws SLUG_TAKEN. */
  updateAccount(account: Account): Promise<Account>;

  /**
   * Erases the account and everything it owns. MUST leave nothing of it in any table, but for its id in the entry of the default account's
   * audit log that tells so.
   */
  eraseAccount(): Promise<void>;

  /**
   * Answers that outlive the account: those of the default account, in this transaction. MUST make other transactions that ask for
   * them wait until this one has ended.
   */
  lastingAnswers(): Promise<AnswerStore>;

  /**
   * The active super admins of all active accounts, this transaction's changes included; with `elsewhere`, of all but this one.
   * MUST make other transactions that ask wait until this one has ended.
   */
  countActiveSuperAdmins(options?: { readonly elsewhere: boolean }): Promise<number>;
}
