import type { CreateMigration } from "../engine.ts";

/** What accounts demand of the metadata of their users: a JSON Schema. Null: nothing. Older servers leave it as it is, and do not check. */
export const metadataSchemas: CreateMigration = ({ text }) => ({
  async up(db) {
    await db.schema.alterTable("accounts").addColumn("metadata_schema", text).execute();
  },
});
