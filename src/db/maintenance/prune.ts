import { setImmediate } from "node:timers/promises";
import type { PruneTimes } from "../../directory/store/store.ts";
import type { Micros } from "../../directory/values/clock.ts";
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
    while (await database.transaction((db) => pruneAccount(db, id, before))) {
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

/** One batch. Returns whether there may be more. */
async function pruneAccount(db: Transaction, accountId: string, before: PruneTimes): Promise<boolean> {
  const changes = await pruneChanges(db, accountId, before.changes);
  const answers = await pruneAnswers(db, accountId, before.answers);
  await db.deleteFrom("nonces").where("account_id", "=", accountId).where("expire_time", "<", before.answers).execute();
  const entries = await pruneAuditEntries(db, accountId, before.audit);
  return changes || answers || entries;
}

async function pruneChanges(db: Transaction, accountId: string, before: Micros): Promise<boolean> {
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
    return false;
  }
  await db.deleteFrom("changes").where("account_id", "=", accountId).where("revision", "<=", floor.revision).execute();
  await db.updateTable("accounts").set({ history_floor: floor.revision }).where("account_id", "=", accountId).execute();
  return fresh === -1;
}

async function pruneAnswers(db: Transaction, accountId: string, before: Micros): Promise<boolean> {
  const oldest = await db
    .selectFrom("answers")
    .select("create_time")
    .where("account_id", "=", accountId)
    .where("create_time", "<", before)
    .orderBy("create_time")
    .limit(BATCH)
    .execute();
  const last = oldest.at(-1);
  if (last !== undefined) {
    await db
      .deleteFrom("answers")
      .where("account_id", "=", accountId)
      .where("create_time", "<=", last.create_time)
      .execute();
  }
  return oldest.length === BATCH;
}

/** The oldest first, so that no gap comes about. */
async function pruneAuditEntries(db: Transaction, accountId: string, before: Micros): Promise<boolean> {
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
    return false;
  }
  await db.deleteFrom("audit_entries").where("account_id", "=", accountId).where("sequence", "<=", last.sequence).execute();
  return oldest.length === BATCH && fresh === -1;
}
