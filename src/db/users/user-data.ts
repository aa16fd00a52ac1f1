import { type RawBuilder, type SqlBool, sql } from "kysely";
import { DEFAULT_ACCOUNT } from "../../directory/accounts/account.ts";
import { NEVER } from "../query/conditions.ts";
import type { Queryable } from "../query/queryable.ts";
import { type Table, untyped } from "../query/untyped-tables.ts";
import type { Schema } from "../schema.ts";

/** A user, and what leads to what is kept of it. */
export interface UserInData {
  readonly accountId: string;
  readonly userId: string;
  /** Its keys that have certificate names, also names that they have given up: few. */
  readonly namedKeyIds: readonly string[];
}

/** How a table holds what is kept of a user. */
export interface UserRows<C extends string = string> {
  /** The columns by which rows are a user's. */
  readonly columns: readonly C[];
  /** The rows of the user. */
  readonly where: (user: UserInData) => RawBuilder<SqlBool>;
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
    where: ({ accountId, userId }) => all(is("account_id", accountId), is("id", userId)),
    purged: "deleted",
  },
  changes: { columns: ["user_id"], where: ofUser, purged: "deleted" },
  sessions: { columns: ["user_id"], where: ofUser, purged: "deleted" },
  api_keys: { columns: ["user_id"], where: ofUser, purged: "deleted" },
  nonces: {
    columns: ["key_id"],
    where: (user) =>
      all(is("account_id", user.accountId), sql`${sql.ref("key_id")} in (select id from api_keys where ${ofUser(user)})`),
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
    where: (user) => all(ofUser(user), sql`${sql.ref("response")} is not null`),
    purged: "cleared",
  },
  audit_entries: {
    columns: ["user_id", "caller_user_id"],
    where: ({ accountId, userId }) =>
      all(
        is("account_id", accountId),
        sql`(${is("user_id", userId)} or (${is("caller_user_id", userId)} and ${sql.ref("caller_account_id")} is null))`,
      ),
    purged: "cleared",
  },
} as const satisfies { [T in Table]: UserRows<keyof Schema[T] & string> | null };

/** The entries of other accounts that tell what the user did there: few, along an index of their own. */
export function entriesElsewhere({ accountId, userId }: Pick<UserInData, "accountId" | "userId">): RawBuilder<SqlBool> {
  return all(is("caller_account_id", accountId), is("caller_user_id", userId));
}

export async function findUserInData(db: Queryable, accountId: string, userId: string): Promise<UserInData> {
  const keys = await db
    .selectFrom("api_keys")
    .select("id")
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("certificate_names", "!=", "[]")
    .execute();
  return { accountId, userId, namedKeyIds: keys.map(({ id }) => id) };
}

/** Deletes the user's rows of a table whose rows go with the user, and returns how many there were. */
export async function deleteUserRows(db: Queryable, table: DeletedTable, user: UserInData): Promise<number> {
  const { numDeletedRows } = await untyped(db)
    .deleteFrom(table)
    .where(USER_DATA[table].where(user))
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

type UserTable = { [T in Table]: (typeof USER_DATA)[T] extends null ? never : T }[Table];

export type DeletedTable = {
  [T in UserTable]: (typeof USER_DATA)[T] extends { readonly purged: "deleted" } ? T : never;
}[UserTable];

function ofUser({ accountId, userId }: UserInData): RawBuilder<SqlBool> {
  return all(is("account_id", accountId), is("user_id", userId));
}

function is(column: string, value: string): RawBuilder<SqlBool> {
  return sql`${sql.ref(column)} = ${value}`;
}

function isOneOf(column: string, values: readonly string[]): RawBuilder<SqlBool> {
  return values.length === 0 ? NEVER : sql`${sql.ref(column)} in (${sql.join(values)})`;
}

function all(...conditions: Array<RawBuilder<SqlBool>>): RawBuilder<SqlBool> {
  return sql`${sql.join(conditions, sql.raw(" and "))}`;
}
