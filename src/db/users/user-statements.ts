import type { Selectable } from "kysely";
import type { UserKeyKind } from "../../directory/users/user.ts";
import type { Engine } from "../engine.ts";
import { columnsOf, pick } from "../query/columns.ts";
import type { Queryable } from "../query/queryable.ts";
import { rowInserts } from "../query/row-inserts.ts";
import { statement } from "../query/statement.ts";
import type { ChangesTable, UsersTable } from "../schema.ts";
import { USER_COLUMNS } from "./user-row.ts";

/** A row of `users` with the encoded user. */
export type StoredRow = Selectable<UsersTable>;
export type ChangeRow = Selectable<ChangesTable>;

/** A key of a user, whatever its kind. */
export interface Key {
  readonly accountId: string;
  readonly key: string;
}

/** What the keys of live users are kept in. */
export const KEY_COLUMNS = {
  id: "id",
  externalId: "external_id",
  email: "email_key",
} as const satisfies Record<UserKeyKind, keyof UsersTable>;

/** By id, live or deleted. */
export const FIND_USER = statement((db, { accountId, key }: Key) => selectUsers(db, accountId).where("id", "=", key));

/** Live, by one key of each kind. */
export const FIND_LIVE_USER = {
  id: findLiveUser("id"),
  externalId: findLiveUser("externalId"),
  email: findLiveUser("email"),
} as const;

function findLiveUser(kind: UserKeyKind) {
  return statement((db, { accountId, key }: Key) =>
    selectUsers(db, accountId).where(KEY_COLUMNS[kind], "=", key).where("delete_time", "is", null),
  );
}

/** A live user encoded, by a key of each kind, with the account's revision. */
export const FIND_LIVE_ENCODED = {
  id: findLiveEncoded("id"),
  externalId: findLiveEncoded("externalId"),
  email: findLiveEncoded("email"),
} as const;

function findLiveEncoded(kind: UserKeyKind) {
  // No join: SQLite would plan it anew each time it runs. A plain lookup by a unique key it does not.
  return statement((db, { accountId, key }: Key) =>
    db
      .selectFrom("users")
      .select(["users.revision", "users.image", "users.image_stamp"])
      .select((row) => [
        row.selectFrom("accounts").select("revision").where("accounts.account_id", "=", accountId).as("account_revision"),
      ])
      .where("users.account_id", "=", accountId)
      .where(KEY_COLUMNS[kind], "=", key)
      .where("delete_time", "is", null),
  );
}

const STORED_USER_COLUMNS = [...USER_COLUMNS, "image", "image_stamp"] as const;

export const insertUsers = rowInserts<StoredRow>(STORED_USER_COLUMNS, (db, rows) => db.insertInto("users").values(rows));

const UPDATE_USER = statement((db, row: StoredRow) => {
  const { account_id, id, ...values } = pick(row, STORED_USER_COLUMNS);
  return db.updateTable("users").set(values).where("account_id", "=", account_id).where("id", "=", id);
});

// An update with values for each row would have to name the types of all of them. So it is an insert that finds its rows there.
const replaceUsers = rowInserts<StoredRow>(STORED_USER_COLUMNS, (db, rows) =>
  db
    .insertInto("users")
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(["account_id", "id"])
        .doUpdateSet(({ ref }) => Object.fromEntries(CHANGING_COLUMNS.map((column) => [column, ref(`excluded.${column}`)]))),
    ),
);

const CHANGING_COLUMNS = STORED_USER_COLUMNS.filter((column) => column !== "account_id" && column !== "id");

/** Replaces rows that are there. None may take a key that another gives up. */
export async function updateUsers(db: Queryable, rows: readonly StoredRow[], sizes: Engine["rowsPerInsert"]): Promise<void> {
  const manySizes = sizes.filter((size) => size > 1);
  const least = manySizes.at(-1) ?? Number.POSITIVE_INFINITY;
  const many = rows.length < least ? 0 : rows.length - (rows.length % least);
  await replaceUsers(db, rows.slice(0, many), manySizes);
  for (const row of rows.slice(many)) await UPDATE_USER.execute(db, row);
}

const STORED_CHANGE_COLUMNS = [
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

export const insertChanges = rowInserts<ChangeRow>(STORED_CHANGE_COLUMNS, (db, rows) =>
  db.insertInto("changes").values(rows),
);

export function selectUsers(db: Queryable, accountId: string) {
  return db.selectFrom("users").select(columnsOf("users", USER_COLUMNS)).where("users.account_id", "=", accountId);
}
