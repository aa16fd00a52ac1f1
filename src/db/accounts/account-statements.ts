import type { Account, NewAccount } from "../../directory/accounts/account.ts";
import { notFound, taken } from "../../directory/errors.ts";
import type { Micros } from "../../directory/values/clock.ts";
import { canonicalJson } from "../../directory/values/json.ts";
import type { Queryable, Transaction } from "../query/queryable.ts";
import { statement } from "../query/statement.ts";
import { ACCOUNT_COLUMNS, toAccount } from "./account-row.ts";
import { claimSlug, releaseSlug } from "./slugs.ts";

const FIND_ACCOUNT = statement((db, { id }: { id: string }) => selectAccount(db, id));

export const SET_COUNTERS = statement((db, account: Pick<Account, "id" | "revision" | "auditSequence">) =>
  db
    .updateTable("accounts")
    .set({
      revision: account.revision,
      audit_sequence: account.auditSequence,
      // Not if a change of an older server is missing in the words.
      words_revision: (row) =>
        row.case().whenRef("words_revision", "=", "revision").then(account.revision).elseRef("words_revision").end(),
    })
    .where("account_id", "=", account.id),
);

export function selectAccount(db: Queryable, id: string) {
  return db.selectFrom("accounts").select(ACCOUNT_COLUMNS).where("account_id", "=", id);
}

/** Throws ACCOUNT_NOT_FOUND. */
export async function getAccount(db: Queryable, id: string): Promise<Account> {
  const row = await FIND_ACCOUNT.executeTakeFirst(db, { id });
  if (row === undefined) {
    throw notFound("Account", id);
  }
  return toAccount(row);
}

export async function listAccountIds(db: Queryable, after: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom("accounts")
    .select("account_id")
    .where("account_id", ">", after)
    .orderBy("account_id")
    .limit(limit)
    .execute();
  return rows.map((row) => row.account_id);
}

export async function findCounters(
  db: Queryable,
  counter: "revision" | "audit_sequence",
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom("accounts")
    .select(["account_id", `${counter} as counter`])
    .where("account_id", "in", accountIds)
    .execute();
  return new Map(rows.map((row) => [row.account_id, row.counter]));
}

/** Undefined if the slug, in which case nothing is written, or the id is taken. */
export async function insertAccount(db: Transaction, account: NewAccount, now: Micros): Promise<Account | undefined> {
  if (!(await claimSlug(db, account))) {
    return undefined;
  }
  const row = await db
    .insertInto("accounts")
    .values({
      account_id: account.id,
      name: account.name,
      slug: account.slug,
      status: "ACTIVE",
      metadata: canonicalJson(account.metadata),
      create_time: now,
      update_time: now,
      version: 1,
      self_writable: JSON.stringify(account.selfWritable ?? []),
      metadata_schema: account.metadataSchema ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(ACCOUNT_COLUMNS)
    .executeTakeFirst();
  return row && toAccount(row);
}

/** Replaces the account's own record. Throws SLUG_TAKEN. */
export async function updateAccount(db: Transaction, before: Account, after: Account): Promise<void> {
  if (after.slug !== before.slug) {
    await releaseSlug(db, before.slug);
    if (!(await claimSlug(db, after))) {
      throw taken("SLUG_TAKEN", after.slug);
    }
  }
  await db
    .updateTable("accounts")
    .set({
      name: after.name,
      slug: after.slug,
      status: after.status,
      metadata: canonicalJson(after.metadata),
      update_time: after.updateTime,
      version: after.version,
      self_writable: JSON.stringify(after.selfWritable),
      metadata_schema: after.metadataSchema,
    })
    .where("account_id", "=", after.id)
    .execute();
}
