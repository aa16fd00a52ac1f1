import type { CreateMigration } from "../engine.ts";

/** Names in client certificates that stand for a key, and which key has which, over all accounts. */
export const certificateNames: CreateMigration = ({ text }) => ({
  async up(db) {
    await db.schema
      .alterTable("api_keys")
      .addColumn("certificate_names", text, (column) => column.notNull().defaultTo("[]"))
      .execute();
    await db.schema
      .createTable("certificate_names")
      .addColumn("account_id", text, (column) => column.notNull())
      .addColumn("name", text, (column) => column.notNull())
      .addColumn("owner_id", text, (column) => column.notNull())
      .addColumn("key_id", text, (column) => column.notNull())
      .addPrimaryKeyConstraint("certificate_names_pk", ["account_id", "name"])
      .execute();
    await db.schema
      .createIndex("certificate_names_by_key")
      .on("certificate_names")
      .columns(["account_id", "owner_id", "key_id"])
      .execute();
  },
});
