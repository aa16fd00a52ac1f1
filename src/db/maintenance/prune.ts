import type { Transaction } from "kysely";
import type { Micros } from "../../directory/values/clock.ts";
import type { Schema } from "../schema.ts";

/** So many rows at a time, so that no writer waits long. */
const BATCH = 2_000;

/** Forgets one batch of an account's history and answers. Returns whether there may be more. */
export async function pruneAccount(
  db: Transaction<Schema>,
  accountId: string,
  before: { readonly changes: Micros; readonly answers: Micros },
): Promise<boolean> {
  const changes = await pruneChanges(db, accountId, before.changes);
  const answers = await pruneAnswers(db, accountId, before.answers);
  await db.deleteFrom("nonces").where("account_id", "=", accountId).where("expire_time", "<", before.answers).execute();
  return changes || answers;
}

async function pruneChanges(db: Transaction<Schema>, accountId: string, before: Micros): Promise<boolean> {
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

async function pruneAnswers(db: Transaction<Schema>, accountId: string, before: Micros): Promise<boolean> {
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
