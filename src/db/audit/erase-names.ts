import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Queryable } from "../query/queryable.ts";
import { type Counts, countEach } from "../users/data/count-each.ts";
import { entriesElsewhere, isAboutUsers, isByUsers, USER_DATA, type UsersInData } from "../users/data/user-data.ts";

/** What users are called from now on, by their ids. */
export type Pseudonyms = ReadonlyMap<string, string>;

/**
 * Takes out of the audit logs what names the users. Entries about them keep what was done, when, and by whom; entries by them, of all
 * accounts, keep what was done to whom. The pseudonym leads from one to the other, and to nobody. Returns how many entries each had.
 */
export function eraseNames(db: Queryable, users: UsersInData, pseudonyms: Pseudonyms): Promise<Counts> {
  const [isAbout, isBy, isElsewhere] = [isAboutUsers(users), isByUsers(users), entriesElsewhere(users)];
  const isOfAccount = sql<SqlBool>`${sql.ref("account_id")} = ${users.accountId}`;
  const isByAnother = sql<SqlBool>`(user_id is null or user_id <> caller_user_id)`;
  const entries = [
    entriesOf("user_id", sql`${isOfAccount} and ${isAbout}`),
    entriesOf("caller_user_id", sql`${isOfAccount} and ${isBy} and ${isByAnother}`),
    entriesOf("caller_user_id", isElsewhere),
  ];
  return countEach(db, users.userIds, entries, async () => {
    const inAccount = db
      .updateTable("audit_entries")
      .set({
        user_id: sql`case when ${isAbout} then ${pseudonymOf("user_id", pseudonyms)} else user_id end`,
        // Callers choose the ids of sessions; those of keys say nothing.
        resource_id: sql`case when (${isAbout}) is not true or resource = 'API_KEY' then resource_id when resource = 'USER' then ${pseudonymOf("user_id", pseudonyms)} end`,
        caller_user_id: sql`case when ${isBy} then ${pseudonymOf("caller_user_id", pseudonyms)} else caller_user_id end`,
        token_subject: withoutIf(isBy, "token_subject"),
        address: withoutIf(isBy, "address"),
        request_id: null,
      })
      .where(USER_DATA.audit_entries.where(users));
    const elsewhere = db
      .updateTable("audit_entries")
      .set({
        caller_user_id: pseudonymOf("caller_user_id", pseudonyms),
        token_subject: null,
        address: null,
        request_id: null,
      })
      .where(isElsewhere);
    const [own, others] = [await inAccount.executeTakeFirstOrThrow(), await elsewhere.executeTakeFirstOrThrow()];
    return Number(own.numUpdatedRows + others.numUpdatedRows);
  });
}

function entriesOf(column: "user_id" | "caller_user_id", where: RawBuilder<SqlBool>) {
  return { table: "audit_entries", column, where } as const;
}

function pseudonymOf(column: string, pseudonyms: Pseudonyms): RawBuilder<string> {
  const cases = [...pseudonyms].map(([userId, pseudonym]) => sql`when ${userId} then ${pseudonym}`);
  return sql`case ${sql.ref(column)} ${sql.join(cases, sql.raw(" "))} end`;
}

function withoutIf(condition: RawBuilder<unknown>, column: string): RawBuilder<string | null> {
  return sql`case when ${condition} then null else ${sql.ref(column)} end`;
}
