import type { CreateMigration } from "../engine.ts";

/** What accounts open to callers with the role SELF, and who got a remembered answer. Null: an older server, which did not note it. */
export const ownUsers: CreateMigration = ({ text }) => ({
  async up(db) {
    await db.schema
      .alterTable("accounts")
      .addColumn("self_writable", text, (column) => column.notNull().defaultTo("[]"))
      .execute();
    await db.schema.alterTable("answers").addColumn("caller", text).execute();
  },
});
