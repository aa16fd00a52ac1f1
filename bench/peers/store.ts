import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { createIdSource } from "../../src/directory/values/id.ts";

/** Of Roster's table, the columns that a user has on the wire. */
export interface UserRow {
  account_id: string;
  id: string;
  external_id: string | null;
  email: string | null;
  name: string | null;
  display_name: string | null;
  about: string;
  project: string | null;
  metadata: string;
  status: string;
  super_admin: number;
  create_time: number;
  update_time: number;
  version: number;
  revision: number;
}

export type NewUserRow = Pick<UserRow, (typeof GIVEN)[number]>;

/** Where a page begins: after this user. */
export type Place = Pick<UserRow, "id" | "create_time">;

export type UserStore = ReturnType<typeof openUserStore>;

/** Opens a database that Roster has made, with the settings that Roster uses. */
export function openUserStore(path: string) {
  const database = new Database(path);
  for (const setting of ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -65536"]) {
    database.pragma(setting);
  }
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  const newId = createIdSource();
  const users = () =>
    db.selectFrom("users").select(COLUMNS).where("account_id", "=", ACCOUNT).where("delete_time", "is", null);
  return {
    find: (key: "id" | "external_id" | "email_key", value: string): Promise<UserRow | undefined> =>
      users().where(key, "=", value).executeTakeFirst(),

    /** Throws SQLITE_CONSTRAINT_UNIQUE where a key is taken. */
    insert(user: NewUserRow, id?: string): Promise<UserRow> {
      const time = Date.now() * 1000;
      return db
        .insertInto("users")
        .values({
          ...user,
          account_id: ACCOUNT,
          id: id ?? newId("U"),
          email_key: user.email?.trim().toLowerCase() ?? null,
          super_admin: 0,
          create_time: time,
          update_time: time,
          version: 1,
          revision: 1,
        })
        .returning(COLUMNS)
        .executeTakeFirstOrThrow();
    },

    /** Newest first. */
    page(limit: number, after?: Place): Promise<UserRow[]> {
      let page = users().orderBy("create_time", "desc").orderBy("id").limit(limit);
      if (after !== undefined) {
        page = page.where(({ eb, and, or }) =>
          or([
            eb("create_time", "<", after.create_time),
            and([eb("create_time", "=", after.create_time), eb("id", ">", after.id)]),
          ]),
        );
      }
      return page.execute();
    },

    /** By id. */
    chunk: (limit: number, afterId: string): Promise<UserRow[]> =>
      users().where("id", ">", afterId).orderBy("id").limit(limit).execute(),

    close: () => db.destroy(),
  };
}

interface Tables {
  users: UserRow & { email_key: string | null; delete_time: number | null };
}

const ACCOUNT = "default";

const GIVEN = ["external_id", "email", "name", "display_name", "about", "project", "metadata", "status"] as const;

const COLUMNS = [...GIVEN, "account_id", "id", "super_admin", "create_time", "update_time", "version", "revision"] as const;
