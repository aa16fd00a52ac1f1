import type { Generated, Selectable } from "kysely";
import type { AccountStatus } from "../directory/accounts/account.ts";
import type { AuditAction, AuditOutcome, AuditResource } from "../directory/audit/entry.ts";
import type { Role } from "../directory/keys/api-key.ts";
import type { ChangeType } from "../directory/users/change.ts";
import type { UserStatus } from "../directory/users/user.ts";

/**
 * The tables as queries see them. Every key begins with `account_id`, and every statement names it, so that PostgreSQL can
 * be distributed by account. Times are microseconds since 1970, truth values are 0 or 1, JSON is canonical text.
 * Statements name the columns they read, never `*`: during a rolling upgrade another server may add columns, and statements that
 * are prepared already must go on.
 */
export interface Schema {
  accounts: AccountsTable;
  users: UsersTable;
  changes: ChangesTable;
  api_keys: ApiKeysTable;
  sessions: SessionsTable;
  answers: AnswersTable;
  nonces: NoncesTable;
  slugs: SlugsTable;
  certificate_names: CertificateNamesTable;
  secrets: SecretsTable;
  audit_entries: AuditEntriesTable;
  user_words: UserWordsTable;
}

/** Tables before those that refer to them. What is made of them alone is not among them: `user_words`. */
export const TABLES = [
  "accounts",
  "slugs",
  "users",
  "changes",
  "api_keys",
  "sessions",
  "answers",
  "nonces",
  "certificate_names",
  "secrets",
  "audit_entries",
] as const;

export interface AccountsTable {
  account_id: string;
  name: string;
  slug: string;
  status: AccountStatus;
  metadata: string;
  create_time: number;
  update_time: number;
  version: number;
  /** JSON array of places. */
  self_writable: Generated<string>;
  /** JSON. Null: none. */
  metadata_schema: string | null;
  revision: Generated<number>;
  /** All changes up to this revision are in `user_words`. Servers that know nothing of it leave it behind. */
  words_revision: Generated<number>;
  history_floor: Generated<number>;
  /** Of the last entry of the audit log; 0: there was none yet. */
  audit_sequence: Generated<number>;
}

export interface UsersTable {
  account_id: string;
  id: string;
  external_id: string | null;
  email: string | null;
  /** `email` folded: what uniqueness and lookups go by. */
  email_key: string | null;
  email_verify_time: number | null;
  /** The address, folded, that was verified then. Another one than `email_key`: an older server has changed the address. */
  email_verify_key: string | null;
  name: string | null;
  display_name: string | null;
  about: string;
  project: string | null;
  metadata: string;
  status: UserStatus;
  super_admin: number;
  create_time: number;
  update_time: number;
  delete_time: number | null;
  version: number;
  revision: number;
  /** The user as callers get it, base64. Good only if its stamp is that of the row: see `users/encoded-users.ts`. */
  image: string | null;
  image_stamp: number | null;
}

/** The words that a user is found by; on SQLite an FTS5 table, whose rows have the numbers of those of `users`. */
export interface UserWordsTable {
  account_id: string;
  id: string;
  words: string;
}

/** What a user is, without what is made of it. */
export type UserRow = Omit<Selectable<UsersTable>, "image" | "image_stamp">;

/** The history: one row per change of a user. */
export interface ChangesTable {
  account_id: string;
  revision: number;
  /** Place within the transaction, from 0. */
  ordinal: number;
  user_id: string;
  version: number;
  type: ChangeType;
  commit_time: number;
  /** JSON array of field names. */
  changed_fields: string;
  /** The user as a row of `users`, JSON; null where there was or is none. */
  image_before: string | null;
  image_after: string | null;
  api_key_id: string | null;
  request_id: string | null;
}

export interface ApiKeysTable {
  account_id: string;
  id: string;
  user_id: string;
  display_name: string;
  role: Role;
  digest: Uint8Array;
  /** Of the secret before the last rotation, good until then. */
  previous_digest: Uint8Array | null;
  previous_expire_time: number | null;
  require_nonce: number;
  /** JSON array, also of those that a revoked key has given up. */
  certificate_names: Generated<string>;
  /** Both or neither. */
  rate_per_second: number | null;
  rate_burst: number | null;
  create_time: number;
  expire_time: number | null;
  last_use_time: number | null;
  revoke_time: number | null;
}

export interface SessionsTable {
  account_id: string;
  id: string;
  user_id: string;
  external_id: string | null;
  metadata: string;
  create_time: number;
  update_time: number;
  end_time: number | null;
  version: number;
}

/** Values that a key may send once. */
export interface NoncesTable {
  account_id: string;
  key_id: string;
  digest: Uint8Array;
  expire_time: number;
  use_time: number | null;
}

/** Which account has a slug. All are kept with the default account, whose key makes them unique among all. */
export interface SlugsTable {
  account_id: string;
  slug: string;
  owner_id: string;
}

/** Which key has a name that client certificates may show. All are kept with the default account, as slugs are. */
export interface CertificateNamesTable {
  account_id: string;
  name: string;
  /** The account of the key. */
  owner_id: string;
  key_id: string;
}

/** First answers to calls with a request id. */
export interface AnswersTable {
  account_id: string;
  method: string;
  request_id: string;
  digest: Uint8Array;
  /** Who got the answer; null: an older server has not noted it. */
  caller: string | null;
  user_id: string | null;
  response: Uint8Array | null;
  create_time: number;
}

/** Secrets of the whole directory, kept with the default account. */
export interface SecretsTable {
  account_id: string;
  name: string;
  value: Uint8Array;
}

/** The audit logs: one row for each entry. What it names of a person, a purge takes out. */
export interface AuditEntriesTable {
  account_id: string;
  /** Of the account, from 1, without a gap. */
  sequence: number;
  time: number;
  /** Null: the server itself. */
  method: string | null;
  /** Null: the account itself. */
  caller_account_id: string | null;
  caller_user_id: string | null;
  api_key_id: string | null;
  token_issuer: string | null;
  token_subject: string | null;
  address: string | null;
  request_id: string | null;
  outcome: AuditOutcome;
  action: AuditAction | null;
  resource: AuditResource | null;
  resource_id: string | null;
  /** The user that the resource is, or belongs to. */
  user_id: string | null;
  /** JSON array of field names. */
  changed_fields: string;
  count: number;
  refusal: string | null;
}
