import { setImmediate } from "node:timers/promises";
import type { Database } from "../database.ts";
import type { Engine } from "../engine.ts";
import type { Queryable, Transaction } from "../query/queryable.ts";
import { KyselyChangeReader } from "../users/change-reader.ts";
import { toUser } from "../users/user-row.ts";
import { selectUsers } from "../users/user-statements.ts";
import { toUserWords } from "../users/user-words.ts";

/** So many users or changes at a time, with their account locked: nobody waits long to write. */
const BATCH = 500;

/**
 * Brings the index of words up to date, account by account: of databases that had none, of copies, and after changes by servers of a
 * version that knows nothing of it. Others write meanwhile, of either version.
 */
export async function fillWords(database: Database): Promise<void> {
  for (const accountId of await database.read(listBehind)) {
    await fillAccount(database, accountId);
  }
}

/** The same, for a server that starts; also removes the words of accounts that servers of such a version have erased. */
export async function openWords(database: Database): Promise<void> {
  await fillWords(database);
  await database.transaction((tx) => database.engine.words.removeStrays(tx));
}

async function listBehind(db: Queryable): Promise<string[]> {
  const behind = db.selectFrom("accounts").select("account_id").whereRef("words_revision", "<>", "revision");
  return (await behind.execute()).map(({ account_id }) => account_id);
}

/** All users, if the history does not tell who has changed; then those who change meanwhile. */
async function fillAccount(database: Database, accountId: string): Promise<void> {
  const { engine } = database;
  const account = await database.read((db) => selectProgress(db, accountId).executeTakeFirst());
  if (account !== undefined && (account.words_revision === 0 || account.words_revision < account.history_floor)) {
    for (let after: string | undefined = ""; after !== undefined; ) {
      const from: string = after;
      after = await database.transaction((tx) => fillUsersAfter(tx, engine, accountId, from));
      await setImmediate();
    }
    await database.transaction((tx) => advance(tx, accountId, account.revision));
  }
  while (await database.transaction((tx) => fillChanged(tx, engine, accountId))) {
    await setImmediate();
  }
}

function selectProgress(db: Queryable, accountId: string) {
  return db
    .selectFrom("accounts")
    .select(["revision", "words_revision", "history_floor"])
    .where("account_id", "=", accountId);
}

/** Returns the last id of the batch. Undefined: there are no more. */
async function fillUsersAfter(
  tx: Transaction,
  engine: Engine,
  accountId: string,
  after: string,
): Promise<string | undefined> {
  await lock(tx, engine, accountId);
  const rows = await selectUsers(tx, accountId).where("id", ">", after).orderBy("id").limit(BATCH).execute();
  const ids = rows.map(({ id }) => id);
  await engine.words.keepOnly(tx, accountId, ids, { after, upTo: ids[BATCH - 1] });
  await engine.words.put(tx, rows.map(toUser).map(toUserWords));
  return ids[BATCH - 1];
}

/** A batch of changes. Returns whether there may be more. */
async function fillChanged(tx: Transaction, engine: Engine, accountId: string): Promise<boolean> {
  const account = await lock(tx, engine, accountId);
  if (account === undefined || account.words_revision === account.revision) {
    return false;
  }
  const { changes, done } = await new KyselyChangeReader(tx, accountId).list(account.words_revision, {
    limit: BATCH,
    withBefore: false,
  });
  const ids = [...new Set(changes.map(({ userId }) => userId))];
  const rows = ids.length === 0 ? [] : await selectUsers(tx, accountId).where("id", "in", ids).execute();
  const present = new Set(rows.map(({ id }) => id));
  await engine.words.remove(
    tx,
    accountId,
    ids.filter((id) => !present.has(id)),
  );
  await engine.words.put(tx, rows.map(toUser).map(toUserWords));
  await advance(tx, accountId, done ? account.revision : (changes.at(-1)?.revision ?? account.revision));
  return !done;
}

/** Until the transaction ends nobody else changes the account's users. */
function lock(tx: Transaction, { forUpdate }: Engine, accountId: string) {
  return forUpdate(selectProgress(tx, accountId)).executeTakeFirst();
}

/** Never back: another server may have come further. */
async function advance(tx: Transaction, accountId: string, revision: number): Promise<void> {
  await tx
    .updateTable("accounts")
    .set({ words_revision: revision })
    .where("account_id", "=", accountId)
    .where("words_revision", "<", revision)
    .execute();
}
