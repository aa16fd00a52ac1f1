import { type RawBuilder, sql } from "kysely";
import type { Queryable } from "../query/queryable.ts";
import { entriesElsewhere, USER_DATA, type UserInData } from "../users/user-data.ts";

/**
 * Takes out of the audit logs what names the user. Entries about it keep what was done, when, and by whom; entries by it, of all accounts,
 * keep what was done to whom. The pseudonym leads from one to the other, and to nobody. Returns how many entries there were.
 */
export async function eraseNames(db: Queryable, user: UserInData, pseudonym: string): Promise<number> {
  const isAbout = sql`user_id = ${user.userId}`;
  const isBy = sql`caller_user_id = ${user.userId} and caller_account_id is null`;
  const inAccount = await db
    .updateTable("audit_entries")
    .set({
      user_id: sql`case when ${isAbout} then ${pseudonym} else user_id end`,
      // Callers choose the ids of sessions; those of keys say nothing.
      resource_id: sql`case when not (${isAbout}) or resource = 'API_KEY' then resource_id when resource = 'USER' then ${pseudonym} end`,
      caller_user_id: sql`case when ${isBy} then ${pseudonym} else caller_user_id end`,
      token_subject: withoutIf(isBy, "token_subject"),
      address: withoutIf(isBy, "address"),
      request_id: null,
    })
    .where(USER_DATA.audit_entries.where(user))
    .executeTakeFirstOrThrow();
  const elsewhere = await db
    .updateTable("audit_entries")
    .set({ caller_user_id: pseudonym, token_subject: null, address: null, request_id: null })
    .where(entriesElsewhere(user))
    .executeTakeFirstOrThrow();
  return Number(inAccount.numUpdatedRows + elsewhere.numUpdatedRows);
}

function withoutIf(condition: RawBuilder<unknown>, column: string): RawBuilder<string | null> {
  return sql`case when ${condition} then null else ${sql.ref(column)} end`;
}
