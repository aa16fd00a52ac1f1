import type { CreateMigration } from "../engine.ts";

/** An index of the words of users. It is filled later, while others go on: see `maintenance/fill-words.ts`. */
export const search: CreateMigration = ({ integer }, words) => ({
  async up(db) {
    await db.schema
      .alterTable("accounts")
      .addColumn("words_revision", integer, (column) => column.notNull().defaultTo(0))
      .execute();
    await words.create(db);
  },
});
