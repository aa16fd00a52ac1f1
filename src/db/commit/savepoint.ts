import { CompiledQuery } from "kysely";
import type { Transaction } from "../query/queryable.ts";

const SET = CompiledQuery.raw("savepoint member");
const RELEASE = CompiledQuery.raw("release savepoint member");
const ROLL_BACK = CompiledQuery.raw("rollback to savepoint member");

export async function setSavepoint(db: Transaction): Promise<void> {
  await db.executeQuery(SET);
}

/** Keeps what was written since the savepoint was set. */
export async function releaseSavepoint(db: Transaction): Promise<void> {
  await db.executeQuery(RELEASE);
}

/** Undoes what was written since the savepoint was set. */
export async function rollBackToSavepoint(db: Transaction): Promise<void> {
  await db.executeQuery(ROLL_BACK);
  await db.executeQuery(RELEASE);
}
