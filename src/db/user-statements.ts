import type { Kysely, Selectable } from "kysely";
import { columnsOf, pick, USER_COLUMNS } from "./columns.ts";
import type { ChangesTable, Schema, UsersTable } from "./schema.ts";
import { statement } from "./statement.ts";

export type UserRow = Selectable<UsersTable>;

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

export const INSERT_USER = statement((db, row: UserRow) => db.insertInto("users").values(pick(row, USER_COLUMNS)));

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

export const INSERT_CHANGE = statement((db, row: Selectable<ChangesTable>) =>
  db.insertInto("changes").values(pick(row, CHANGE_COLUMNS)),
);

export function users(db: Kysely<Schema>, accountId: string) {
  return db.selectFrom("users").select(columnsOf("users", USER_COLUMNS)).where("users.account_id", "=", accountId);
}

function liveUsers(db: Kysely<Schema>, accountId: string) {
  return users(db, accountId).where("delete_time", "is", null);
}
