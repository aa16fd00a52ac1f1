import { DEFAULT_ACCOUNT } from "../../directory/accounts/account.ts";
import type { Transaction } from "../query/queryable.ts";

/** The secret of that name; `mint` makes it if there is none. */
export async function findOrInsertSecret(db: Transaction, name: string, mint: () => Uint8Array): Promise<Uint8Array> {
  await db
    .insertInto("secrets")
    .values({ account_id: DEFAULT_ACCOUNT, name, value: mint() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { value } = await db
    .selectFrom("secrets")
    .select("value")
    .where("account_id", "=", DEFAULT_ACCOUNT)
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
  return value;
}
