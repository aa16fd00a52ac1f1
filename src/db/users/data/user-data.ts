import { type RawBuilder, type SqlBool, sql } from "kysely";
import { DEFAULT_ACCOUNT } from "../../../directory/accounts/account.ts";
import { NEVER } from "../../query/conditions.ts";
import type { Queryable } from "../../query/queryable.ts";
import { type Table, untyped } from "../../query/untyped-tables.ts";
import type { Schema } from "../../schema.ts";

/** Users of an account, and what leads to what is kept of them. */
export interface UsersInData {
  readonly accountId: string;
  readonly userIds: readonly string[];
  /** Their keys that have certificate names, also names that they have given up: few. */
  readonly namedKeyIds: readonly string[];
}

/** How a table holds what is kept of users. */
export interface UserRows<C extends string = string> {
  /** The columns by which rows are a user's. */
  readonly columns: readonly C[];
  /** The rows of the users. */
  readonly where: (users: UsersInData) => RawBuilder<SqlBool>;
  /** What a purge does: it deletes rows, or takes out of them what tells of the user. */
  readonly purged: "deleted" | "cleared";
}

/**
 * Every table but what is made of users alone, and how a user's rows are found in it; null where there are none. What is exported of a
 * user and what a purge removes are the rows found here: they can't differ. A table that is missing does not compile, a column that is
 * missing fails a test.
 */
export const USER_DATA = {
  accounts: null,
  slugs: null,
  secrets: null,
  users: {
    columns: ["id"],
    where: ({ accountId, userIds }) => all(is("account_id", accountId), isOneOf("id", userIds)),
    purged: "deleted",
  },
  changes: { columns: ["user_id"], where: ofUsers, purged: "deleted" },
  sessions: { columns: ["user_id"], where: ofUsers, purged: "deleted" },
  api_keys: { columns: ["user_id"], where: ofUsers, purged: "deleted" },
  nonces: {
    columns: ["key_id"],
    where: (users) =>
      all(is("account_id", users.accountId), sql`${sql.ref("key_id")} in (select id from api_keys where ${ofUsers(users)})`),
    purged: "deleted",
  },
  certificate_names: {
    columns: ["key_id"],
    where: ({ accountId, namedKeyIds }) =>
      all(is("account_id", DEFAULT_ACCOUNT), is("owner_id", accountId), isOneOf("key_id", namedKeyIds)),
    purged: "deleted",
  },
  answers: {
    columns: ["user_id"],
    where: (users) => all(ofUsers(users), sql`${sql.ref("response")} is not null`),
    purged: "cleared",
  },
  audit_entries: {
    columns: ["user_id", "caller_user_id"],
    where: (users) => all(is("account_id", users.accountId), sql`(${isAboutUsers(users)} or ${isByUsers(users)})`),
    purged: "cleared",
  },
} as const satisfies { [T in Table]: UserRows<keyof Schema[T] & string> | null };

/** Of the account's entries, those that tell what was done to the users. */
export function isAboutUsers({ userIds }: UsersInData): RawBuilder<SqlBool> {
  return isOneOf("user_id", userIds);
}

/** Of the account's entries, those that tell what the users did. */
export function isByUsers({ userIds }: UsersInData): RawBuilder<SqlBool> {
  return sql`(${isOneOf("caller_user_id", userIds)} and ${sql.ref("caller_account_id")} is null)`;
}

/** The entries of other accounts that tell what the users did there: few, along an index of their own. */
export function entriesElsewhere({ accountId, userIds }: UsersInData): RawBuilder<SqlBool> {
  return all(is("caller_account_id", accountId), isOneOf("caller_user_id", userIds));
}

export async function findUsersInData(db: Queryable, accountId: string, userIds: readonly string[]): Promise<UsersInData> {
  const keys = await db
    .selectFrom("api_keys")
    .select("id")
    .where("account_id", "=", accountId)
    .where(isOneOf("user_id", userIds))
    .where("certificate_names", "!=", "[]")
    .execute();
  return { accountId, userIds, namedKeyIds: keys.map(({ id }) => id) };
}

/** Deletes the users' rows of a table whose rows go with the user, and returns how many there were. */
export async function deleteUserRows(db: Queryable, table: DeletedTable, users: UsersInData): Promise<number> {
  const { numDeletedRows } = await untyped(db)
    .deleteFrom(table)
    .where(USER_DATA[table].where(users))
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

type UserTable = { [T in Table]: (typeof USER_DATA)[T] extends null ? never : T }[Table];

export type DeletedTable = {
  [T in UserTable]: (typeof USER_DATA)[T] extends { readonly purged: "deleted" } ? T : never;
}[UserTable];

function ofUsers({ accountId, userIds }: UsersInData): RawBuilder<SqlBool> {
  return all(is("account_id", accountId), isOneOf("user_id", userIds));
}

function is(column: string, value: string): RawBuilder<SqlBool> {
  return sql`${sql.ref(column)} = ${value}`;
}

function isOneOf(column: string, values: readonly string[]): RawBuilder<SqlBool> {
  const [first, ...others] = values;
  if (first === undefined) return NEVER;
  return others.length === 0 ? is(column, first) : sql`${sql.ref(column)} in (${sql.join(values)})`;
}

function all(...conditions: Array<RawBuilder<SqlBool>>): RawBuilder<SqlBool> {
  return sql`${sql.join(conditions, sql.raw(" and "))}`;
}
