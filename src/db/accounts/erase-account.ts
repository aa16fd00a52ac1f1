import { setImmediate } from "node:timers/promises";
import type { Account } from "../../directory/accounts/account.ts";
import { releaseAllNames } from "../keys/certificate-names.ts";
import type { Transaction } from "../query/queryable.ts";
import { compareRows, PRIMARY_KEYS, type Row, rowsAfter, type Table, untyped } from "../query/untyped-tables.ts";
import { TABLES } from "../schema.ts";
import { releaseSlug } from "./slugs.ts";

/** Deletes the account and every row that is its own. */
export async function eraseAccount(db: Transaction, { id, slug }: Account): Promise<void> {
  await releaseSlug(db, slug);
  await releaseAllNames(db, id);
  for (const table of TABLES.toReversed()) {
    await eraseRows(db, table, id);
  }
}

/** So many rows at a time, so that other calls have their turn in between. */
const ERASE_BATCH = 250;

async function eraseRows(db: Transaction, table: Table, id: string): Promise<void> {
  const keys = PRIMARY_KEYS[table].slice(1);
  // PostgreSQL would pass over all that this transaction has deleted, each time: so a batch begins where the last one ended.
  let after: Row | undefined;
  do {
    const last: Row | undefined = await rowsAfter(db, table, keys, after)
      .select(PRIMARY_KEYS[table])
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
