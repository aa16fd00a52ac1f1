import type { AccountsTable, AnswersTable, ApiKeysTable, SessionsTable, UserRow } from "../schema.ts";

/**
 * What is read of each table. By name, never `*`: during a rolling upgrade another server may add columns, and statements that
 * are prepared already must go on.
 */

export const ACCOUNT_COLUMNS = [
  "account_id",
  "name",
  "slug",
  "status",
  "metadata",
  "create_time",
  "update_time",
  "version",
  "self_writable",
  "revision",
  "history_floor",
] as const satisfies ReadonlyArray<keyof AccountsTable>;

export const USER_COLUMNS = [
  "account_id",
  "id",
  "external_id",
  "email",
  "email_key",
  "name",
  "display_name",
  "about",
  "project",
  "metadata",
  "status",
  "super_admin",
  "create_time",
  "update_time",
  "delete_time",
  "version",
  "revision",
] as const satisfies ReadonlyArray<keyof UserRow>;

export const API_KEY_COLUMNS = [
  "id",
  "user_id",
  "display_name",
  "role",
  "require_nonce",
  "rate_per_second",
  "rate_burst",
  "create_time",
  "expire_time",
  "last_use_time",
  "revoke_time",
] as const satisfies ReadonlyArray<keyof ApiKeysTable>;

export const SESSION_COLUMNS = [
  "account_id",
  "id",
  "user_id",
  "external_id",
  "metadata",
  "create_time",
  "update_time",
  "end_time",
  "version",
] as const satisfies ReadonlyArray<keyof SessionsTable>;

export const ANSWER_COLUMNS = ["digest", "caller", "user_id", "response"] as const satisfies ReadonlyArray<
  keyof AnswersTable
>;

/** The columns with their table before them, for joins. */
export function columnsOf<T extends string, C extends string>(table: T, columns: readonly C[]): Array<`${T}.${C}`> {
  return columns.map((column) => `${table}.${column}` as const);
}

/** Those values of a row, column by column. */
export function pick<R extends object, C extends keyof R>(row: R, columns: readonly C[]): Pick<R, C> {
  return Object.fromEntries(columns.map((column) => [column, row[column]])) as Pick<R, C>;
}
