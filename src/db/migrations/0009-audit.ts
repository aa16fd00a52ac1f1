import { sql } from "kysely";
import type { CreateMigration } from "../engine.ts";

/** The audit log of each account, and how far it has come. */
export const audit: CreateMigration = ({ text, integer }) => ({
  async up(db) {
    await db.schema
      .alterTable("accounts")
      .addColumn("audit_sequence", integer, (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema
      .createTable("audit_entries")
      .addColumn("account_id", text, (column) => column.notNull())
      .addColumn("sequence", integer, (column) => column.notNull())
      .addColumn("time", integer, (column) => column.notNull())
      .addColumn("method", text)
      .addColumn("caller_account_id", text)
      .addColumn("caller_user_id", text)
      .addColumn("api_key_id", text)
      .addColumn("token_issuer", text)
      .addColumn("token_subject", text)
      .addColumn("address", text)
      .addColumn("request_id", text)
      .addColumn("outcome", text, (column) => column.notNull())
      .addColumn("action", text)
      .addColumn("resource", text)
      .addColumn("resource_id", text)
      .addColumn("user_id", text)
      .addColumn("changed_fields", text, (column) => column.notNull())
      .addColumn("count", integer, (column) => column.notNull())
      .addColumn("refusal", text)
      .addPrimaryKeyConstraint("audit_entries_pk", ["account_id", "sequence"])
      .execute();
    for (const column of ["user_id", "caller_user_id"]) {
      await db.schema
        .createIndex(`audit_entries_by_${column}`)
        .on("audit_entries")
        .columns(["account_id", column, "sequence"])
        .execute();
    }
    // What callers of other accounts have done: few.
    await db.schema
      .createIndex("audit_entries_by_stranger")
      .on("audit_entries")
      .columns(["caller_account_id", "caller_user_id"])
      .where(sql.ref("caller_account_id"), "is not", null)
      .execute();
  },
});
