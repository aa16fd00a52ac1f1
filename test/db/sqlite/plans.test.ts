import { join } from "node:path";
import Database from "better-sqlite3";
import { type CompiledQuery, Kysely, SqliteDialect } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { migrate } from "../../../src/db/migrations/migrate.ts";
import type { Schema } from "../../../src/db/schema.ts";
import { openSqlite } from "../../../src/db/sqlite/engine.ts";
import { sqliteJson } from "../../../src/db/sqlite/json.ts";
import { sqliteWords } from "../../../src/db/sqlite/words.ts";
import { UserPages } from "../../../src/db/users/user-pages.ts";
import { KyselyUserReader } from "../../../src/db/users/user-reader.ts";
import { FIND_LIVE_ENCODED } from "../../../src/db/users/user-statements.ts";
import { userEncoder } from "../../../src/rpc/users/user-encoder.ts";
import { testFolder } from "../../support/folder.ts";

const ONE = { accountId: "a", key: "x" };

type Read = (users: KyselyUserReader, db: Kysely<Schema>) => Promise<unknown>;

const READS: Record<string, { read: Read; index: string }> = {
  "by id": { read: (users) => users.find("u"), index: "sqlite_autoindex_users_1 (account_id=? AND id=?)" },
  "by ids": { read: (users) => users.findLive("id", ["u", "v"]), index: "sqlite_autoindex_users_1 (account_id=? AND id=?)" },
  "by external ids": {
    read: (users) => users.findLive("externalId", ["x", "y"]),
    index: "users_by_external_id (account_id=? AND external_id=?)",
  },
  "by e-mails": {
    read: (users) => users.findLive("email", ["x", "y"]),
    index: "users_by_email_key (account_id=? AND email_key=?)",
  },
  "one by id, with its account": {
    read: (_, db) => FIND_LIVE_ENCODED.id.execute(db, ONE),
    index: "sqlite_autoindex_users_1 (account_id=? AND id=?)",
  },
  "one by external id, with its account": {
    read: (_, db) => FIND_LIVE_ENCODED.externalId.execute(db, ONE),
    index: "users_by_external_id (account_id=? AND external_id=?)",
  },
  "one by e-mail, with its account": {
    read: (_, db) => FIND_LIVE_ENCODED.email.execute(db, ONE),
    index: "users_by_email_key (account_id=? AND email_key=?)",
  },
  "a page of an export in images": {
    read: (users) => users.listEncodedAt(7, "u", 500),
    index: "sqlite_autoindex_users_1 (account_id=? AND id>?)",
  },
  "a page of an export": {
    read: (users) => users.listAt(7, "u", 500),
    index: "sqlite_autoindex_users_1 (account_id=? AND id>?)",
  },
  "the history of one user in an export": {
    read: (users) => users.listAt(7, "u", 500),
    index: "changes_by_user (account_id=? AND user_id=? AND revision>?)",
  },
};

test.each(Object.entries(READS))("%s is found by an index, without a scan or a sort", async (_, { read, index }) => {
  const plan = await planOf(read);
  expect(plan.join("\n")).toContain(index);
  expect(plan.filter((step) => /^SCAN|TEMP B-TREE/.test(step))).toEqual([]);
});

async function planOf(read: Read): Promise<string[]> {
  const path = join(testFolder(), "roster.db");
  const engine = openSqlite(path);
  await migrate(engine);
  await engine.close();
  const database = new Database(path, { readonly: true });
  const queries: CompiledQuery[] = [];
  const db = new Kysely<Schema>({
    dialect: new SqliteDialect({ database }),
    log: ({ query }) => void queries.push(query),
  });
  onTestFinished(() => db.destroy());
  await read(new KyselyUserReader(db, "a", new UserPages({ json: sqliteJson, words: sqliteWords }, userEncoder)), db);
  expect(queries).toHaveLength(1);
  return queries.flatMap(({ sql, parameters }) =>
    database
      .prepare<unknown[], { detail: string }>(`explain query plan ${sql}`)
      .all(...parameters)
      .map(({ detail }) => detail),
  );
}
