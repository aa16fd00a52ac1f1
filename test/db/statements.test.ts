import { join } from "node:path";
import { type Kysely, type KyselyPlugin, PostgresQueryCompiler, type RootOperationNode, SqliteQueryCompiler } from "kysely";
import { expect, test } from "vitest";
import type { Engine } from "../../src/db/engine.ts";
import { migrate } from "../../src/db/migrations/migrate.ts";
import { TABLES } from "../../src/db/schema.ts";
import { openSqlite } from "../../src/db/sqlite/engine.ts";
import { KyselyStore } from "../../src/db/store.ts";
import { bootstrap } from "../../src/directory/accounts/bootstrap.ts";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { testFolder } from "../support/folder.ts";
import { createSources } from "../support/sources.ts";
import { exerciseStore } from "./exercise.ts";

/** Statements that look across accounts, and why they may. */
const ACROSS_ACCOUNTS = [
  // Authentication: a secret names its key, not its account.
  /^select .* from "api_keys" inner join "accounts" .* where "api_keys"."id" = \?$/,
  // Which accounts that are watched have changed: all of them in one query.
  /^select "account_id", "revision" from "accounts" where "account_id" in \(\?\)$/,
  // Super admins list all accounts, and the users of all.
  /^select "account_id" from "accounts" where "account_id" > \? order by "account_id" limit \?$/,
  /^select [^?]* from "accounts" (where .*)?order by "accounts"."account_id" (asc|desc) limit \? offset \?$/,
  /^select [^?]* from "users" (where .*)?order by "users"."(create_time" \+ 0|id") (desc|asc), .* limit \? offset \?$/,
  /^select [^?]* from "sessions" .*order by "sessions"."(create_time" \+ 0|id") (desc|asc), .* limit \? offset \?$/,
  /^select count\(\*\) as "count" from "(users|accounts|sessions)"( inner join "users" on [^?]*)?( where [^?]*)?$/,
  // The last active super admin of all accounts can't be taken away.
  /^select count\(\*\) as "count" from "users" inner join "accounts" .* where "users"."super_admin" = 1 and /,
];

const sqlite = new SqliteQueryCompiler();
const postgres = new PostgresQueryCompiler();

test("every statement is as it was reviewed", async () => {
  const nodes = await statements();
  const compiled = nodes.map((node) => `${postgres.compileQuery(node, { queryId: "" }).sql};\n`);
  await expect([...new Set(compiled)].sort().join("\n")).toMatchFileSnapshot("statements.sql");
});

test("every statement names its account, but for those that are meant to look across", async () => {
  const texts = new Set((await statements()).map((node) => sqlite.compileQuery(node, { queryId: "" }).sql));
  const loose = [...texts].filter((sql) => !namesItsAccount(sql));
  expect(loose.filter((sql) => !ACROSS_ACCOUNTS.some((pattern) => pattern.test(sql)))).toEqual([]);
});

test("every primary key and every unique key begins with the account", async () => {
  const engine = await openEngine();
  const { rows } = await engine.writer.executeQuery<{ table: string; name: string; first: string }>({
    ...engine.writer.selectFrom("accounts").select("account_id").compile(),
    sql: `select list.name as "table", indexes.name as name, info.name as first
          from pragma_table_list list, pragma_index_list(list.name) indexes, pragma_index_info(indexes.name) info
          where list.schema = 'main' and indexes."unique" = 1 and info.seqno = 0`,
    parameters: [],
  });
  const ours = rows.filter(({ table }) => TABLES.some((name) => name === table));
  expect(new Set(ours.map(({ table }) => table))).toEqual(new Set(TABLES));
  expect(ours.filter(({ first }) => first !== "account_id")).toEqual([]);
  await engine.close();
});

/** The statements that a store runs, each operation of the contract once. */
async function statements(): Promise<RootOperationNode[]> {
  const engine = await openEngine();
  const seen: RootOperationNode[] = [];
  const watched: Engine = {
    ...engine,
    writer: watch(engine.writer, seen),
    reader: watch(engine.reader, seen),
    scanner: watch(engine.scanner, seen),
  };
  const sources = createSources();
  const store = new KyselyStore(watched, sources);
  await bootstrap(store, mintSecret(sources.newId("K")));
  await exerciseStore(store, sources);
  await store.close();
  return seen;
}

async function openEngine(): Promise<Engine> {
  const engine = openSqlite(join(testFolder(), "roster.db"));
  await migrate(engine);
  return engine;
}

function watch<T>(db: Kysely<T>, seen: RootOperationNode[]): Kysely<T> {
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      seen.push(node);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return db.withPlugin(plugin);
}

function namesItsAccount(sql: string): boolean {
  return /"account_id" = \?/.test(sql) || /^insert into "\w+" \("account_id"/.test(sql);
}
