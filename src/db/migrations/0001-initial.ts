import { sql } from "kysely";
import type { CreateMigration } from "../engine.ts";

export const initial: CreateMigration = ({ text, integer, bytes }) => ({
  async up(db) {
    await db.schema
      .createTable("accounts")
      .addColumn("account_id", text, (column) => column.primaryKey())
      .addColumn("name", text, (column) => column.notNull())
      .addColumn("status", text, (column) => column.notNull())
      .addColumn("create_time", integer, (column) => column.notNull())
      .addColumn("update_time", integer, (column) => column.notNull())
      .addColumn("revision", integer, (column) => column.notNull().defaultTo(0))
      .addColumn("history_floor", integer, (column) => column.notNull().defaultTo(0))
      .execute();

    await db.schema
      .createTable("users")
      .addColumn("account_id", text, (column) => column.notNull().references("accounts.account_id"))
      .addColumn("id", text, (column) => column.notNull())
      .addColumn("external_id", text)
      .addColumn("email", text)
      .addColumn("email_key", text)
      .addColumn("name", text)
      .addColumn("display_name", text)
      .addColumn("about", text, (column) => column.notNull())
      .addColumn("project", text)
      .addColumn("metadata", text, (column) => column.notNull())
      .addColumn("status", text, (column) => column.notNull())
      .addColumn("super_admin", integer, (column) => column.notNull())
      .addColumn("create_time", integer, (column) => column.notNull())
      .addColumn("update_time", integer, (column) => column.notNull())
      .addColumn("delete_time", integer)
      .addColumn("version", integer, (column) => column.notNull())
      .addColumn("revision", integer, (column) => column.notNull())
      .addPrimaryKeyConstraint("users_pk", ["account_id", "id"])
      .execute();
    for (const key of ["external_id", "email_key"]) {
      await db.schema
        .createIndex(`users_by_${key}`)
        .unique()
        .on("users")
        .columns(["account_id", key])
        .where(sql.ref("delete_time"), "is", null)
        .where(sql.ref(key), "is not", null)
        .execute();
    }
    await db.schema
      .createIndex("users_by_create_time")
      .on("users")
      .columns(["account_id", "create_time desc", "id"])
      .execute();
    await db.schema
      .createIndex("users_of_all_accounts")
      .on("users")
      .columns(["create_time desc", "id", "account_id"])
      .execute();
    await db.schema
      .createIndex("users_super_admins")
      .on("users")
      .columns(["account_id"])
      .where(sql.ref("super_admin"), "=", sql.lit(1))
      .execute();

    await db.schema
      .createTable("changes")
      .addColumn("account_id", text, (column) => column.notNull().references("accounts.account_id"))
      .addColumn("revision", integer, (column) => column.notNull())
      .addColumn("ordinal", integer, (column) => column.notNull())
      .addColumn("user_id", text, (column) => column.notNull())
      .addColumn("version", integer, (column) => column.notNull())
      .addColumn("type", text, (column) => column.notNull())
      .addColumn("commit_time", integer, (column) => column.notNull())
      .addColumn("changed_fields", text, (column) => column.notNull())
      .addColumn("image_before", text)
      .addColumn("image_after", text)
      .addColumn("api_key_id", text)
      .addColumn("request_id", text)
      .addPrimaryKeyConstraint("changes_pk", ["account_id", "revision", "ordinal"])
      .execute();
    await db.schema
      .createIndex("changes_by_user")
      .on("changes")
      .columns(["account_id", "user_id", "revision", "ordinal"])
      .execute();

    await db.schema
      .createTable("api_keys")
      .addColumn("account_id", text, (column) => column.notNull())
      .addColumn("id", text, (column) => column.notNull())
      .addColumn("user_id", text, (column) => column.notNull())
      .addColumn("display_name", text, (column) => column.notNull())
      .addColumn("role", text, (column) => column.notNull())
      .addColumn("digest", bytes, (column) => column.notNull())
      .addColumn("create_time", integer, (column) => column.notNull())
      .addColumn("expire_time", integer)
      .addColumn("revoke_time", integer)
      .addPrimaryKeyConstraint("api_keys_pk", ["account_id", "id"])
      .addForeignKeyConstraint("api_keys_user", ["account_id", "user_id"], "users", ["account_id", "id"])
      .execute();
    // A secret names its key, not its account.
    await db.schema.createIndex("api_keys_by_id").on("api_keys").columns(["id"]).execute();
    await db.schema.createIndex("api_keys_by_user").on("api_keys").columns(["account_id", "user_id"]).execute();

    await db.schema
      .createTable("answers")
      .addColumn("account_id", text, (column) => column.notNull().references("accounts.account_id"))
      .addColumn("method", text, (column) => column.notNull())
      .addColumn("request_id", text, (column) => column.notNull())
      .addColumn("digest", bytes, (column) => column.notNull())
      .addColumn("user_id", text)
      .addColumn("response", bytes)
      .addColumn("create_time", integer, (column) => column.notNull())
      .addPrimaryKeyConstraint("answers_pk", ["account_id", "method", "request_id"])
      .execute();
    await db.schema.createIndex("answers_by_user").on("answers").columns(["account_id", "user_id"]).execute();
    await db.schema.createIndex("answers_by_time").on("answers").columns(["account_id", "create_time"]).execute();

    await db.schema
      .createTable("secrets")
      .addColumn("account_id", text, (column) => column.notNull().references("accounts.account_id"))
      .addColumn("name", text, (column) => column.notNull())
      .addColumn("value", bytes, (column) => column.notNull())
      .addPrimaryKeyConstraint("secrets_pk", ["account_id", "name"])
      .execute();
  },
});
