import type { CreateMigration } from "../engine.ts";

/**
 * When an address was verified, and which, folded. Servers of the version before change addresses and know nothing of this: then the
 * two addresses differ, and the time does not count.
 */
export const emailVerification: CreateMigration = ({ text, integer }) => ({
  async up(db) {
    await db.schema.alterTable("users").addColumn("email_verify_time", integer).execute();
    await db.schema.alterTable("users").addColumn("email_verify_key", text).execute();
  },
});
