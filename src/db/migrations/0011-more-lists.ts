import { sql } from "kysely";
import type { CreateMigration } from "../engine.ts";

/** For lists of accounts and of keys what 0003 is for those of users and sessions. By id they go along the primary keys. */
export const moreLists: CreateMigration = () => ({
  async up(db) {
    const create = (index: string, table: string, columns: string) =>
      sql`create index ${sql.ref(index)} on ${sql.table(table)} (${sql.raw(columns)})`.execute(db);

    for (const column of ["create_time", "name", "slug"]) {
      await create(`accounts_in_${column}_order`, "accounts", `${column}, account_id`);
    }
    await create("api_keys_in_create_time_order", "api_keys", "account_id, create_time, id");
    await create("api_keys_in_all_accounts", "api_keys", "(create_time + 0), id, account_id");
  },
});
