import { setImmediate } from "node:timers/promises";
import type { PrunedTable, PruneTimes } from "../../directory/store/store.ts";
import type { Micros } from "../../directory/values/clock.ts";
import { keysOf } from "../../directory/values/records.ts";
import { listAccountIds } from "../accounts/account-statements.ts";
import type { Database } from "../database.ts";
import type { Transaction } from "../query/queryable.ts";

/** So many rows at a time, so that no writer waits long. */
const BATCH = 2_000;

/** So many accounts are listed at a time. */
const PAGE = 100;

/** Deletes what is older than that from the history, the answers and the audit logs of all accounts. Others write meanwhile. */
export async function prune(database: Database, before: PruneTimes): Promise<void> {
  for await (const id of allAccountIds(database)) {
    while (await pruneBatch(database, id, before)) {
      await setImmediate();
    }
  }
  await database.eraseDeletedRows();
}

async function* allAccountIds(database: Database): AsyncGenerator<string> {
  for (let last = ""; ; ) {
    const ids = await database.read((db) => listAccountIds(db, last, PAGE));
    yield* ids;
    if (ids.length < PAGE) {
      return;
    }
    last = ids.at(-1) ?? "";
  }
}

/** What a batch has deleted of a table. */
interface Pruned {
  readonly rows: number;
  /** There may be more to delete. */
  readonly more: boolean;
}

const NOTHING: Pruned = { rows: 0, more: false };

/** Returns whether there may be more. */
async function pruneBatch(database: Database, accountId: string, before: PruneTimes): Promise<boolean> {
  const pruned = await database.transaction((db) => pruneAccount(db, accountId, before));
  for (const table of keysOf(pruned)) {
    database.meter.counter("roster_pruned_rows_total", { table }).add(pruned[table].rows);
  }
  return Object.values(pruned).some(({ more }) => more);
}

async function pruneAccount(db: Transaction, accountId: string, before: PruneTimes): Promise<Record<PrunedTable, Pruned>> {
  return {
    changes: await pruneChanges(db, accountId, before.changes),
    answers: await pruneAnswers(db, accountId, before.answers),
    nonces: await pruneNonces(db, accountId, before.answers),
    audit_entries: await pruneAuditEntries(db, accountId, before.audit),
  };
}

async function pruneChanges(db: Transaction, accountId: string, before: Micros): Promise<Pruned> {
  const oldest = await db
    .selectFrom("changes")
    .select(["revision", "commit_time"])
    .where("account_id", "=", accountId)
    .orderBy("revision")
    .orderBy("ordinal")
    .limit(BATCH)
    .execute();
  const fresh = oldest.findIndex((change) => change.commit_time >= before);
  const floor = oldest.at(fresh === -1 ? -1 : fresh - 1);
  if (floor === undefined || fresh === 0) {
    return NOTHING;
  }
  const { numDeletedRows } = await db
    .deleteFrom("changes")
    .where("account_id", "=", accountId)
    .where("revision", "<=", floor.revision)
    .executeTakeFirstOrThrow();
  await db.updateTable("accounts").set({ history_floor: floor.revision }).where("account_id", "=", accountId).execute();
  return { rows: Number(numDeletedRows), more: fresh === -1 };
}

async function pruneAnswers(db: Transaction, accountId: string, before: Micros): Promise<Pruned> {
  const oldest = await db
    .selectFrom("answers")
    .select("create_time")
    .where("account_id", "=", accountId)
    .where("create_time", "<", before)
    .orderBy("create_time")
    .limit(BATCH)
    .execute();
  const last = oldest.at(-1);
  if (last === undefined) {
    return NOTHING;
  }
  const { numDeletedRows } = await db
    .deleteFrom("answers")
    .where("account_id", "=", accountId)
    .where("create_time", "<=", last.create_time)
    .executeTakeFirstOrThrow();
  return { rows: Number(numDeletedRows), more: oldest.length === BATCH };
}

async function pruneNonces(db: Transaction, accountId: string, before: Micros): Promise<Pruned> {
  const { numDeletedRows } = await db
    .deleteFrom("nonces")
    .where("account_id", "=", accountId)
    .where("expire_time", "<", before)
    .executeTakeFirstOrThrow();
  return { rows: Number(numDeletedRows), more: false };
}

/** The oldest first, so that no gap comes about. */
async function pruneAuditEntries(db: Transaction, accountId: string, before: Micros): Promise<Pruned> {
  const oldest = await db
    .selectFrom("audit_entries")
    .select(["sequence", "time"])
    .where("account_id", "=", accountId)
    .orderBy("sequence")
    .limit(BATCH)
    .execute();
  const fresh = oldest.findIndex(({ time }) => time >= before);
  const last = oldest.at(fresh === -1 ? -1 : fresh - 1);
  if (last === undefined || fresh === 0) {
    return NOTHING;
  }
  const { numDeletedRows } = await db
    .deleteFrom("audit_entries")
    .where("account_id", "=", accountId)
    .where("sequence", "<=", last.sequence)
    .executeTakeFirstOrThrow();
  return { rows: Number(numDeletedRows), more: oldest.length === BATCH && fresh === -1 };
}
