import type { CreateMigration } from "../engine.ts";

/** Rows of before have none, nor those that older servers write until they are replaced: they are read from their columns. */
export const userImages: CreateMigration = ({ text, integer }) => ({
  async up(db) {
    await db.schema.alterTable("users").addColumn("image", text).execute();
    await db.schema.alterTable("users").addColumn("image_stamp", integer).execute();
  },
});
