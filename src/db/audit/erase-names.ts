import { sql } from "kysely";
import { countRowsUpTo } from "../query/pages.ts";
import type { Queryable } from "../query/queryable.ts";

interface UserOf {
  readonly accountId: string;
  readonly userId: string;
}

/** The entries of the user's account that are about the user, or tell what it did there. */
function entriesInAccount(db: Queryable, { accountId, userId }: UserOf) {
  return db
    .selectFrom("audit_entries")
    .where("account_id", "=", accountId)
    .where(({ eb, and, or }) =>
      or([eb("user_id", "=", userId), and([eb("caller_user_id", "=", userId), eb("caller_account_id", "is", null)])]),
    );
}

/**
 * Takes out of the audit logs what names the user. Entries about it keep what was done, when, and by whom; entries by it, of all accounts,
 * keep what was done to whom. The pseudonym leads from one to the other, and to nobody. Returns how many entries there were.
 */
export async function eraseNames(db: Queryable, user: UserOf, pseudonym: string): Promise<number> {
  const { accountId, userId } = user;
  const inAccount = await countRowsUpTo(db, entriesInAccount(db, user), undefined);
  await db
    .updateTable("audit_entries")
    // Callers choose the ids of sessions; those of keys say nothing.
    .set({
      user_id: pseudonym,
      resource_id: sql`case resource when 'USER' then ${pseudonym} when 'API_KEY' then resource_id end`,
      request_id: null,
    })
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .execute();
  const nameless = { caller_user_id: pseudonym, token_subject: null, address: null, request_id: null };
  await db
    .updateTable("audit_entries")
    .set(nameless)
    .where("account_id", "=", accountId)
    .where("caller_user_id", "=", userId)
    .where("caller_account_id", "is", null)
    .execute();
  const elsewhere = await db
    .updateTable("audit_entries")
    .set(nameless)
    .where("caller_account_id", "=", accountId)
    .where("caller_user_id", "=", userId)
    .executeTakeFirstOrThrow();
  return inAccount + Number(elsewhere.numUpdatedRows);
}
