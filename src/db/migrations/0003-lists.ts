import { sql } from "kysely";
import type { CreateMigration } from "../engine.ts";

/** These went down by time and up by id, so that they served one order. */
const REPLACED = [
  "users_by_create_time",
  "users_of_all_accounts",
  "sessions_by_user",
  "sessions_by_create_time",
  "sessions_of_all_accounts",
];

/**
 * One index for each order that a list can have. It serves the reverse as well: the id at its end goes the way of the field before
 * it. Apart from those (see query/order-columns.ts), one for each usual filter in the default order, and one for all accounts.
 */
export const lists: CreateMigration = ({ absentFirst }) => ({
  async up(db) {
    const create = (index: string, table: string, columns: string) =>
      sql`create index ${sql.ref(index)} on ${sql.table(table)} (${sql.raw(columns)})`.execute(db);

    for (const index of REPLACED) {
      await db.schema.dropIndex(index).execute();
    }
    for (const column of ["create_time", "update_time", "status"]) {
      await create(`users_in_${column}_order`, "users", `account_id, ${column}, id`);
    }
    for (const column of ["external_id", "email_key", "name", "display_name"]) {
      await create(`users_in_${column}_order`, "users", `account_id, ${column}${absentFirst}, id`);
    }
    await create("users_of_status", "users", `account_id, status, create_time${absentFirst}, id`);
    await create("users_of_project", "users", `account_id, project, create_time${absentFirst}, id`);
    await create("users_in_all_accounts", "users", "(create_time + 0), id, account_id");

    await create("sessions_in_create_time_order", "sessions", "account_id, create_time, id");
    await create("sessions_of_user", "sessions", `account_id, user_id, create_time${absentFirst}, id`);
    await create("sessions_in_all_accounts", "sessions", "(create_time + 0), id, account_id");
  },
});
