import { expect, test } from "vitest";
import { KyselyStore } from "../../src/db/store.ts";
import { bootstrap } from "../../src/directory/accounts/bootstrap.ts";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { createSources } from "../support/sources.ts";
import { exerciseStore } from "./exercise.ts";
import { openWatchedEngine } from "./watched-engine.ts";

/** Statements that look across accounts, by what they are for. */
const ACROSS_ACCOUNTS: Readonly<Record<string, RegExp>> = {
  "authentication: a secret names its key, not its account":
    /^select .* from "api_keys" inner join "accounts" .* where "api_keys"."id" = \$1$/,
  "watching: which of the accounts that are watched have changed, in one query":
    /^select "account_id", "(revision|audit_sequence)" as "counter" from "accounts" where "account_id" in \(\$1\)$/,
  "pruning, which goes from account to account":
    /^select "account_id" from "accounts" where "account_id" > \$1 order by "account_id" limit \$2$/,
  "the list of accounts": /^select [^$]* from "accounts" (where .*)?order by "accounts"."account_id" (asc|desc) limit/,
  "the list of all users":
    /^select [^$]* from "users" (where .*)?order by "users"."(create_time" \+ 0|id") (desc|asc), .* limit/,
  "the list of all sessions":
    /^select [^$]* from "sessions" inner join "users" .*order by "sessions"."(create_time" \+ 0|id") (desc|asc), .* limit/,
  "the list of all keys": /^select [^$]* from "api_keys" (where .*)?order by "api_keys"."id" (asc|desc), .* limit/,
  "searching all accounts: which there are": /^select "account_id" from "accounts"$/,
  "searching, on SQLite: each of the words that are looked for says whose it is":
    /^select count\(\*\) as count from \(select user_words/,
  "the list of all users who are found": /^select [^$]* from \(select users\..*\) as "users" (where .*)?order by .* limit/,
  "filling the words: where some are missing": /^select "account_id" from "accounts" where "words_revision" <> "revision"$/,
  "watching over the database: all accounts": /^select count\(\*\) as "accounts", .* from "accounts"\) as "each_account"$/,
  "watching over the database: which migrations it has had": /^select name from kysely_migration order by name$/,
  "how many accounts there are": counting('"accounts"'),
  "how many users there are": counting('"users"( where "delete_time" is null)?'),
  "how many keys there are": counting('"api_keys"'),
  "how many sessions there are": counting('"sessions" inner join "users" on .* where "users"."delete_time" is null'),
  "a purge, for what its user did in other accounts":
    /^update "audit_entries" set .* where "caller_account_id" = \$\d+ and "caller_user_id" (= \$\d+|in \([$0-9, ]+\))$/,
  "a purge of many, to count that":
    /^select "caller_user_id" as "user_id", count\(\*\) as "count" from "audit_entries" where "caller_account_id" = \$1 and /,
  "a person's data, of what it did in other accounts":
    /^select .* from "audit_entries" where "caller_account_id" = \$1 and "caller_user_id" = \$2 order by "account_id", "sequence" limit \$3$/,
  "the last active super admin, who can't be taken away":
    /^select count\(\*\) as "count" from "users" inner join "accounts" .* where "users"."super_admin" = 1 and /,
};

test("every statement is as it was reviewed", async () => {
  const texts = (await statements()).map((sql) => `${sql};\n`);
  await expect(texts.sort().join("\n")).toMatchFileSnapshot("statements.sql");
});

test("every statement names its account for each of its tables, but for those that are meant to look across", async () => {
  const across = (await statements()).filter((sql) => !namesItsAccount(sql));
  const patterns = Object.entries(ACROSS_ACCOUNTS);
  expect(across.filter((sql) => !patterns.some(([, pattern]) => pattern.test(sql)))).toEqual([]);
  const unused = patterns.filter(([, pattern]) => !across.some((sql) => pattern.test(sql)));
  expect(unused.map(([purpose]) => purpose)).toEqual([]);
});

test("no statement moves a row to another account", async () => {
  expect((await statements()).filter((sql) => /^update .* set .*"account_id" = .* where /.test(sql))).toEqual([]);
});

/** The statements that a store runs for the operations of the contract, as PostgreSQL gets them. */
async function statements(): Promise<string[]> {
  const { engine, seen } = await openWatchedEngine();
  const sources = createSources();
  const store = new KyselyStore(engine, sources);
  await bootstrap(store, mintSecret(sources.newId("K")));
  await exerciseStore(store, sources);
  await store.close();
  return [...new Set(seen())];
}

/** All rows, or no more of them than a bound. */
function counting(rows: string): RegExp {
  return new RegExp(
    `^select count\\(\\*\\) as "count" from (${rows}|\\(select 1 as "one" from ${rows} limit \\$1\\) as "found")$`,
  );
}

/** As often as a table: by a value, or as the account of a table that it is joined with. */
function namesItsAccount(sql: string): boolean {
  const tables = sql.match(/\b(from|join|into|update) "\w+"/g) ?? [];
  const accounts = sql.match(/"account_id" = |^insert into "\w+" \("account_id"/g) ?? [];
  const byValue = /"account_id" = \$\d|^insert /.test(sql);
  return byValue && accounts.length >= tables.length;
}
