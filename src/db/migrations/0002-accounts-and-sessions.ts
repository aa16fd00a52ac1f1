import { sql } from "kysely";
import type { CreateMigration } from "../engine.ts";

export const accountsAndSessions: CreateMigration = ({ text, integer, bytes }) => ({
  async up(db) {
    await db.schema
      .alterTable("accounts")
      .addColumn("slug", text, (column) => column.notNull().defaultTo(""))
      .execute();
    await db.schema
      .alterTable("accounts")
      .addColumn("metadata", text, (column) => column.notNull().defaultTo("{}"))
      .execute();
    await db.schema
      .alterTable("accounts")
      .addColumn("version", integer, (column) => column.notNull().defaultTo(1))
      .execute();
    await sql`update accounts set slug = account_id`.execute(db);

    await db.schema
      .createTable("slugs")
      .addColumn("account_id", text, (column) => column.notNull())
      .addColumn("slug", text, (column) => column.notNull())
      .addColumn("owner_id", text, (column) => column.notNull())
      .addPrimaryKeyConstraint("slugs_pk", ["account_id", "slug"])
      .execute();
    await sql`insert into slugs (account_id, slug, owner_id) select 'default', slug, account_id from accounts`.execute(db);

    for (const column of ["last_use_time", "previous_expire_time"]) {
      await db.schema.alterTable("api_keys").addColumn(column, integer).execute();
    }
    await db.schema
      .alterTable("api_keys")
      .addColumn("require_nonce", integer, (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable("api_keys").addColumn("previous_digest", bytes).execute();

    await db.schema
      .createTable("sessions")
      .addColumn("account_id", text, (column) => column.notNull())
      .addColumn("id", text, (column) => column.notNull())
      .addColumn("user_id", text, (column) => column.notNull())
      .addColumn("external_id", text)
      .addColumn("metadata", text, (column) => column.notNull())
      .addColumn("create_time", integer, (column) => column.notNull())
      .addColumn("update_time", integer, (column) => column.notNull())
      .addColumn("end_time", integer)
      .addColumn("version", integer, (column) => column.notNull())
      .addPrimaryKeyConstraint("sessions_pk", ["account_id", "id"])
      .addForeignKeyConstraint("sessions_user", ["account_id", "user_id"], "users", ["account_id", "id"])
      .execute();
    await db.schema
      .createIndex("sessions_by_external_id")
      .unique()
      .on("sessions")
      .columns(["account_id", "user_id", "external_id"])
      .where(sql.ref("end_time"), "is", null)
      .where(sql.ref("external_id"), "is not", null)
      .execute();
    await db.schema
      .createIndex("sessions_by_user")
      .on("sessions")
      .columns(["account_id", "user_id", "create_time desc", "id"])
      .execute();
    await db.schema
      .createIndex("sessions_by_create_time")
      .on("sessions")
      .columns(["account_id", "create_time desc", "id"])
      .execute();
    await db.schema
      .createIndex("sessions_of_all_accounts")
      .on("sessions")
      .columns(["create_time desc", "id", "account_id"])
      .execute();

    await db.schema
      .createTable("nonces")
      .addColumn("account_id", text, (column) => column.notNull().references("accounts.account_id"))
      .addColumn("key_id", text, (column) => column.notNull())
      .addColumn("digest", bytes, (column) => column.notNull())
      .addColumn("expire_time", integer, (column) => column.notNull())
      .addColumn("use_time", integer)
      .addPrimaryKeyConstraint("nonces_pk", ["account_id", "key_id", "digest"])
      .execute();
    await db.schema.createIndex("nonces_by_expire_time").on("nonces").columns(["account_id", "expire_time"]).execute();
  },
});
