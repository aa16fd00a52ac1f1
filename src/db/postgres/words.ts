import { type RawBuilder, sql } from "kysely";
import type { UserWords, WordIndex, WordSearch } from "../engine.ts";
import { countRowsUpTo } from "../query/pages.ts";
import { rowInserts } from "../query/row-inserts.ts";

/**
 * A table beside `users`: who changes nothing that is searched writes nothing here. It has no foreign key: before PostgreSQL has statistics
 * it may look for the user in any of the indexes that begin with the account, among all users.
 */
export const postgresWords: WordIndex = {
  async create(db) {
    await sql`
      create table user_words (
        account_id text collate "C" not null,
        id text collate "C" not null,
        words tsvector not null,
        constraint user_words_pk primary key (account_id, id)
      )`.execute(db);
    await sql`create index user_words_by_word on user_words using gin (words)`.execute(db);
  },
  insert: rowInserts<UserWords>(["account_id", "id", "words"], (db, rows) => db.insertInto("user_words").values(rows)),
  async put(db, users) {
    if (users.length === 0) {
      return;
    }
    await db
      .insertInto("user_words")
      .values([...users])
      .onConflict((conflict) =>
        conflict
          .columns(["account_id", "id"])
          .doUpdateSet({ words: (row) => row.ref("excluded.words") })
          .whereRef("user_words.words", "is distinct from", "excluded.words"),
      )
      .execute();
  },
  async remove(db, accountId, ids) {
    if (ids.length > 0) {
      await db.deleteFrom("user_words").where("account_id", "=", accountId).where("id", "in", ids).execute();
    }
  },
  async keepOnly(db, accountId, ids, { after, upTo }) {
    let others = db.deleteFrom("user_words").where("account_id", "=", accountId).where("id", ">", after);
    if (upTo !== undefined) others = others.where("id", "<=", upTo);
    if (ids.length > 0) others = others.where("id", "not in", ids);
    await others.execute();
  },
  async removeAll(db, accountId) {
    await db.deleteFrom("user_words").where("account_id", "=", accountId).execute();
  },
  // From account to account along the primary key.
  async removeStrays(db) {
    const { rows } = await sql<{ account_id: string }>`
      with recursive owners (account_id) as (
        select min(account_id) from user_words
        union all
        select (select min(account_id) from user_words where user_words.account_id > owners.account_id) from owners
        where owners.account_id is not null
      )
      select account_id from owners
      where account_id is not null and not exists (select from accounts where accounts.account_id = owners.account_id)
    `.execute(db);
    for (const { account_id } of rows) {
      await db.deleteFrom("user_words").where("account_id", "=", account_id).execute();
    }
  },
  stored: () => sql`(
    select stored.words::text from user_words as stored where stored.account_id = users.account_id and stored.id = users.id
  )`,
  async countStrays(db) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from user_words where not exists (
        select from users where users.account_id = user_words.account_id and users.id = user_words.id
      )`.execute(db);
    return rows[0]?.count ?? 0;
  },
  query: (beginnings) => beginnings.map((beginning) => `'${beginning}':*`).join(" & "),
  // The index would read everybody who has it to tell. So a few users are looked at; what is rare among them may yet be common.
  async isCommon(db, accountId, word) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from (select words from user_words where account_id = ${accountId} order by id limit ${SAMPLE}) as sample
      where sample.words @@ ${`'${word}':*`}::tsquery`.execute(db);
    return (rows[0]?.count ?? 0) > SAMPLE * COMMON;
  },
  count: (db, search, upTo) =>
    search.also === undefined
      ? countRowsUpTo(db, db.selectFrom("user_words").where(whereFound(search)), upTo)
      : countRowsUpTo(db, db.selectFrom(rowsFound(search).as("found")), upTo),
  // The inner selects are run as they stand, and each user is looked up by key: by its statistics PostgreSQL might read all users.
  found: (search) => sql`(
    select each.* from ${rowsFound(search)} as found
    cross join lateral (
      select * from users where users.account_id = found.account_id and users.id = found.id offset 0
    ) as each
  )`,
  // Asked of each row, not joined: by its statistics PostgreSQL might look up and sort all who are found.
  isFound: (search) => sql`exists (
    select from user_words
    where user_words.account_id = users.account_id and user_words.id = users.id and (${whereFound(search)}) is true offset 0
  )`,
};

const SAMPLE = 200;
/** What share of the sample has a common word. */
const COMMON = 0.05;

// Apart, so that the index is asked for the first words alone: it would read everybody who has one of the others.
function rowsFound(search: WordSearch): RawBuilder<{ account_id: string; id: string }> {
  const found = sql`select account_id, id, words from user_words where ${whereFound(search)} offset 0`;
  const also = search.also?.map(postgresWords.query);
  return also === undefined
    ? sql`(${found})`
    : sql`(select account_id, id from (${found}) as likely where likely.words @@ any(${also}::tsquery[]))`;
}

function whereFound({ accountId, queries }: WordSearch): RawBuilder<boolean> {
  const words = sql<boolean>`user_words.words @@ any(${queries}::tsquery[])`;
  return accountId === null ? words : sql`user_words.account_id = ${accountId} and ${words}`;
}
