import type { Generated } from "kysely";

/**
 * The tables as queries see them. Every key begins with `account_id`, and every statement names it, so that PostgreSQL can
 * be distributed by account. Times are microseconds since 1970, truth values are 0 or 1, JSON is canonical text.
 */
export interface Schema {
  accounts: AccountsTable;
  users: UsersTable;
  changes: ChangesTable;
  api_keys: ApiKeysTable;
  answers: AnswersTable;
  secrets: SecretsTable;
}

export interface AccountsTable {
  account_id: string;
  name: string;
  status: string;
  create_time: number;
  update_time: number;
  revision: Generated<number>;
  history_floor: Generated<number>;
}

export interface UsersTable {
  account_id: string;
  id: string;
  external_id: string | null;
  email: string | null;
  /** `email` folded: what uniqueness and lookups go by. */
  email_key: string | null;
  name: string | null;
  display_name: string | null;
  about: string;
  project: string | null;
  metadata: string;
  status: string;
  super_admin: number;
  create_time: number;
  update_time: number;
  delete_time: number | null;
  version: number;
  revision: number;
}

/** The history: one row per change of a user. */
export interface ChangesTable {
  account_id: string;
  revision: number;
  /** Place within the transaction, from 0. */
  ordinal: number;
  user_id: string;
  version: number;
  type: string;
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
  role: string;
  digest: Uint8Array;
  create_time: number;
  expire_time: number | null;
  revoke_time: number | null;
}

/** First answers to calls with a request id. */
export interface AnswersTable {
  account_id: string;
  method: string;
  request_id: string;
  digest: Uint8Array;
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
