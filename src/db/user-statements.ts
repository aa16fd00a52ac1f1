import type { Kysely, Selectable } from "kysely";
import { columnsOf, pick, USER_COLUMNS } from "./columns.ts";
import { rowInserts } from "./row-inserts.ts";
import type { ChangesTable, Schema, UsersTable } from "./schema.ts";
import { statement } from "./statement.ts";

export type UserRow = Selectable<UsersTable>;
export type ChangeRow = Selectable<ChangesTable>;

interface Key {
  readonly accountId: string;
  readonly key: string;
}

/** By id, live or deleted. */
export const FIND_USER = statement((db, { accountId, key }: Key) => users(db, accountId).where("id", "=", key));

/** Live, by one key of each kind. */
export const FIND_LIVE_USER = {
  id: statement((db, { accountId, key }: Key) => liveUsers(db, accountId).where("id", "=", key)),
  externalId: statement((db, { accountId, key }: Key) => liveUsers(db, accountId).where("external_id", "=", key)),
  email: statement((db, { accountId, key }: Key) => liveUsers(db, accountId).where("email_key", "=", key)),
} as const;

export const insertUsers = rowInserts<UserRow>(USER_COLUMNS, (db, rows) => db.insertInto("users").values(rows));

export const UPDATE_USER = statement((db, row: UserRow) => {
  const { account_id, id, ...values } = pick(row, USER_COLUMNS);
  return db.updateTable("users").set(values).where("account_id", "=", account_id).where("id", "=", id);
});

const CHANGE_COLUMNS = [
  "account_id",
  "revision",
  "ordinal",
  "user_id",
  "version",
  "type",
  "commit_time",
  "changed_fields",
  "image_before",
  "image_after",
  "api_key_id",
  "request_id",
] as const satisfies ReadonlyArray<keyof ChangesTable>;

export const insertChanges = rowInserts<ChangeRow>(CHANGE_COLUMNS, (db, rows) => db.insertInto("changes").values(rows));

export function users(db: Kysely<Schema>, accountId: string) {
  return db.selectFrom("users").select(columnsOf("users", USER_COLUMNS)).where("users.account_id", "=", accountId);
}

function liveUsers(db: Kysely<Schema>, accountId: string) {
  return users(db, accountId).where("delete_time", "is", null);
}
