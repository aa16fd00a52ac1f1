import { setImmediate } from "node:timers/promises";
import { type Kysely, sql, type Transaction } from "kysely";
import { type Account, DEFAULT_ACCOUNT, type NewAccount } from "../../directory/accounts/account.ts";
import { taken } from "../../directory/errors.ts";
import type { PageQuery } from "../../directory/store/page-query.ts";
import type { Micros } from "../../directory/values/clock.ts";
import { canonicalJson } from "../../directory/values/json.ts";
import { ACCOUNT_COLUMNS } from "../query/columns.ts";
import { countRows, type OrderColumn, readPage } from "../query/keyset.ts";
import { toAccount } from "../query/rows.ts";
import { statement } from "../query/statement.ts";
import { compareRows, KEYS, type Row, rowsAfter, type Table, untyped } from "../query/table-walk.ts";
import { type Schema, TABLES } from "../schema.ts";

const BY_ID: readonly OrderColumn[] = [{ column: "accounts.account_id", descending: false }];

/** The new account, or undefined if its id is taken. Its slug is claimed apart. */
export async function insertAccount(
  db: Transaction<Schema>,
  { id, name, slug, metadata, selfWritable = [] }: NewAccount,
  now: Micros,
): Promise<Account | undefined> {
  const row = await db
    .insertInto("accounts")
    .values({
      account_id: id,
      name,
      slug,
      status: "ACTIVE",
      metadata: canonicalJson(metadata),
      create_time: now,
      update_time: now,
      version: 1,
      self_writable: JSON.stringify(selfWritable),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(ACCOUNT_COLUMNS)
    .executeTakeFirst();
  return row && toAccount(row);
}

/** Replaces the account's own record. Throws SLUG_TAKEN. */
export async function updateAccount(db: Transaction<Schema>, before: Account, after: Account): Promise<void> {
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
    })
    .where("account_id", "=", after.id)
    .execute();
}

/** Deletes the account and every row that is its own. */
export async function eraseAccount(db: Transaction<Schema>, { id, slug }: Account): Promise<void> {
  await releaseSlug(db, slug);
  for (const table of TABLES.toReversed()) {
    await eraseRows(db, table, id);
  }
}

/** So many rows at a time, so that other calls have their turn in between. */
const ERASE_BATCH = 250;

async function eraseRows(db: Transaction<Schema>, table: Table, id: string): Promise<void> {
  const keys = KEYS[table].slice(1);
  // PostgreSQL would pass over all that this transaction has deleted, each time: so a batch begins where the last one ended.
  let after: Row | undefined;
  do {
    const last: Row | undefined = await rowsAfter(db, table, keys, after)
      .select(KEYS[table])
      .where("account_id", "=", id)
      .limit(1)
      .offset(ERASE_BATCH - 1)
      .executeTakeFirst();
    let batch = untyped(db).deleteFrom(table).where("account_id", "=", id);
    if (after !== undefined) batch = batch.where(compareRows(keys, ">", after));
    if (last !== undefined) batch = batch.where(compareRows(keys, "<=", last));
    await batch.execute();
    after = last;
    await setImmediate();
  } while (after !== undefined);
}

export async function listAccounts(db: Kysely<Schema>, query: PageQuery): Promise<Account[]> {
  return (await readPage(db.selectFrom("accounts").select(ACCOUNT_COLUMNS), BY_ID, query)).map(toAccount);
}

export const FIND_ACCOUNT = statement((db, { id }: { id: string }) => selectAccount(db, id));

export const SET_REVISION = statement((db, { id, revision }: { id: string; revision: number }) =>
  db.updateTable("accounts").set({ revision }).where("account_id", "=", id),
);

export function selectAccount(db: Kysely<Schema>, id: string) {
  return db.selectFrom("accounts").select(ACCOUNT_COLUMNS).where("account_id", "=", id);
}

export function countAccounts(db: Kysely<Schema>): Promise<number> {
  return countRows(db.selectFrom("accounts"));
}

/** Active super admins of active accounts; of all but `except`, if it is given. */
export async function countActiveSuperAdmins(db: Kysely<Schema>, except: string | null): Promise<number> {
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

/** Whether the slug is the account's now: it was free. */
export async function claimSlug(db: Transaction<Schema>, { id, slug }: Pick<Account, "id" | "slug">): Promise<boolean> {
  const row = await db
    .insertInto("slugs")
    .values({ account_id: DEFAULT_ACCOUNT, slug, owner_id: id })
    .onConflict((conflict) => conflict.doNothing())
    .returning("slug")
    .executeTakeFirst();
  return row !== undefined;
}

async function releaseSlug(db: Transaction<Schema>, slug: string): Promise<void> {
  await db.deleteFrom("slugs").where("account_id", "=", DEFAULT_ACCOUNT).where("slug", "=", slug).execute();
}
