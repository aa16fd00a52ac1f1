import { sql } from "kysely";
import type { UserWords, WordIndex, WordSearch } from "../engine.ts";
import { statement } from "../query/statement.ts";

/**
 * A table of FTS5, whose rows have the numbers of those of `users`. Its tokenizer leaves words as they are. `detail` and `columnsize`:
 * nobody asks where in a text a word is. `secure-delete`: a deleted word is overwritten, not just marked as deleted. `automerge`: parts of
 * the index are merged less often, which costs writes a sixth less.
 */
export const sqliteWords: WordIndex = {
  async create(db) {
    await sql`
      create virtual table user_words using fts5(words, tokenize = 'ascii', detail = 'none', columnsize = 0)`.execute(db);
    await sql`insert into user_words (user_words, rank) values ('secure-delete', 1), ('automerge', 8)`.execute(db);
    await sql`
      create trigger users_leave_no_words after delete on users
      begin delete from user_words where rowid = old.rowid; end`.execute(db);
  },
  async insert(db, users) {
    for (const user of users) await INSERT.execute(db, user);
  },
  async put(db, users) {
    for (const user of users) await PUT.execute(db, user);
  },
  // The trigger does so, whoever erases them.
  remove: async () => {},
  keepOnly: async () => {},
  removeAll: async () => {},
  removeStrays: async () => {},
  stored: () => sql`(select stored.words from user_words as stored where stored.rowid = users.rowid)`,
  async countStrays(db) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from user_words where rowid not in (select rowid from users)`.execute(db);
    return rows[0]?.count ?? 0;
  },
  query: (beginnings) => beginnings.map((beginning) => `"${beginning}"*`).join(" "),
  // For a beginning FTS5 collects everybody first; not so for a word.
  async isCommon(db, _accountId, word, limit) {
    const { rows } = await sql<{ rowid: number }>`
      select rowid from user_words where user_words match ${`"${word}"`} limit 1 offset ${limit}`.execute(db);
    return rows.length > 0;
  },
  async count(db, search, upTo) {
    const limit = upTo === undefined ? sql`` : sql`limit ${upTo}`;
    const { rows } = await sql<{ count: number }>`select count(*) as count from (${rowsFound(search)} ${limit})`.execute(db);
    return rows[0]?.count ?? 0;
  },
  found: (search) =>
    sql`(select users.* from (${rowsFound(search)}) as found cross join users on users.rowid = found.number)`,
  // The plus: SQLite might look up each user otherwise.
  isFound: (search) => sql`+users.rowid in (${rowsFound(search)})`,
};

const INSERT = statement((db, { account_id, id, words }: UserWords) => ({
  compile: () =>
    sql`insert into user_words (rowid, words)
      select rowid, ${words} from users where account_id = ${account_id} and id = ${id}`.compile(db),
}));

const PUT = statement((db, { account_id, id, words }: UserWords) => ({
  compile: () =>
    sql`insert or replace into user_words (rowid, words)
      select rowid, ${words} from users where account_id = ${account_id} and id = ${id} and not exists (
        select 1 from user_words as present where present.rowid = users.rowid and present.words = ${words}
      )`.compile(db),
}));

function rowsFound({ queries, also = [] }: WordSearch) {
  const each = sql`json_each(${JSON.stringify(queries)}) as each`;
  const found = sql`select user_words.rowid as number from ${each} cross join user_words on user_words.user_words match each.value`;
  return also.length === 0 ? found : sql`${found} where ${sql.join(also.map(hasAll), sql.raw(" or "))}`;
}

function hasAll(beginnings: readonly string[]) {
  const has = beginnings.map((beginning) => sql`instr(' ' || user_words.words, ${` ${beginning}`}) > 0`);
  return sql`(${sql.join(has, sql.raw(" and "))})`;
}
