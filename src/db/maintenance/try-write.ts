import { randomUUID } from "node:crypto";
import { DEFAULT_ACCOUNT } from "../../directory/accounts/account.ts";
import type { Transaction } from "../query/queryable.ts";

/** Writes a row and removes it. SQLite would not touch the disk for an update that changes nothing. */
export async function tryWrite(db: Transaction): Promise<void> {
  const key = { account_id: DEFAULT_ACCOUNT, name: `try-write-${randomUUID()}` };
  await db
    .insertInto("secrets")
    .values({ ...key, value: Buffer.alloc(0) })
    .execute();
  await db.deleteFrom("secrets").where("account_id", "=", key.account_id).where("name", "=", key.name).execute();
}
