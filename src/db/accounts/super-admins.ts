import { sql } from "kysely";
import type { Queryable } from "../query/queryable.ts";

/** Active super admins of active accounts; of all but `except`, if it is given. */
export async function countActiveSuperAdmins(db: Queryable, except: string | null): Promise<number> {
  let rows = db
    .selectFrom("users")
    .innerJoin("accounts", "accounts.account_id", "users.account_id")
    .select((users) => users.fn.countAll<number>().as("count"))
    // Literally, so that the partial index counts.
    .where("users.super_admin", "=", sql.lit(1))
    .where("users.status", "=", "ACTIVE")
    .where("users.delete_time", "is", null)
    .where("accounts.status", "=", "ACTIVE");
  if (except !== null) rows = rows.where("users.account_id", "!=", except);
  return (await rows.executeTakeFirstOrThrow()).count;
}
