import { type Account, DEFAULT_ACCOUNT } from "../../directory/accounts/account.ts";
import type { Transaction } from "../query/queryable.ts";

/** Whether the slug is the account's now: it was free. */
export async function claimSlug(db: Transaction, { id, slug }: Pick<Account, "id" | "slug">): Promise<boolean> {
  const row = await db
    .insertInto("slugs")
    .values({ account_id: DEFAULT_ACCOUNT, slug, owner_id: id })
    .onConflict((conflict) => conflict.doNothing())
    .returning("slug")
    .executeTakeFirst();
  return row !== undefined;
}

export async function releaseSlug(db: Transaction, slug: string): Promise<void> {
  await db.deleteFrom("slugs").where("account_id", "=", DEFAULT_ACCOUNT).where("slug", "=", slug).execute();
}
