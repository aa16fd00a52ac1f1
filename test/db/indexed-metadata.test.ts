import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { MetadataPath } from "../../src/directory/lists/filter.ts";
import { parseOrderBy } from "../../src/directory/lists/order.ts";
import type { ListQuery, UserReader } from "../../src/directory/store/users.ts";
import { USER_ORDER } from "../../src/directory/users/user-order.ts";
import { parseUserFilter } from "../../src/filter/users.ts";
import { openTestAccount, testAccount } from "../support/account.ts";
import { openTestEngine } from "../support/engine.ts";
import { decodeUser } from "../support/sources.ts";
import { reopenTestStore } from "../support/store.ts";

const ALL: ListQuery = {
  showDeleted: true,
  order: parseOrderBy("id", USER_ORDER),
  direction: "after",
  from: null,
  skip: 0,
  limit: 99,
};

/** What could break out of a literal, or mean something in a path of either engine. */
const NASTY = ["a'b", "a''", "'", '"', '\\"', "\\", "\\'", "--", "; drop table users", "$", "*", "?", "$1", "[0]", "\n"];
const LONG = "é😀".repeat(127);

test("finds users by keys of any text, and nobody else", async () => {
  for (let first = 0; first < NASTY.length; first += 5) {
    const keys = NASTY.slice(first, first + 5);
    const account = await openTestAccount({ indexedMetadata: keys.flatMap((key) => [[key], ["nested", key]]) });
    for (const [index, key] of keys.entries()) {
      await account.insert({ id: `u${index}`, metadata: { [key]: `'${key}`, nested: { [key]: index } } });
    }
    for (const [index, key] of keys.entries()) {
      const quoted = JSON.stringify(key);
      expect(await account.read(({ users }) => found(users, `metadata[${quoted}] == ${JSON.stringify(`'${key}`)}`))).toEqual(
        [`u${index}`],
      );
      expect(await account.read(({ users }) => found(users, `metadata.nested[${quoted}] == ${index}`))).toEqual([
        `u${index}`,
      ]);
    }
  }
});

test("takes keys and values of any length, and tells values apart that begin alike", async () => {
  const deep = Array.from({ length: 16 }, () => LONG);
  const account = await openTestAccount({ indexedMetadata: [["text"], [LONG], deep] });
  // More than what PostgreSQL takes into an index.
  await account.insert({ id: "long", metadata: { text: "0123456789".repeat(6_000), [LONG]: [deep, "long"] } });
  const text = "0123456789".repeat(90);
  for (const end of ["a", "b"]) {
    await account.insert({ id: end, metadata: { text: text + end, [LONG]: [text, end] } });
  }
  await account.insert({ id: "list", metadata: { text: [text] } });
  const filters = [`metadata.text == "${text}b"`, `metadata.text in ["${text}b", "${text}", "${text}a"]`];
  for (const [filter, ids] of [...filters, `"long" in metadata["${LONG}"]`].map((each, n) => [each, FOUND[n]] as const)) {
    expect(await account.read(({ users }) => found(users, filter))).toEqual(ids);
  }
});

const FOUND = [["b"], ["a", "b"], ["long"]];

test("each start makes what is missing and drops what is declared no longer", async () => {
  const { url, ...account } = await openTestAccount({ indexedMetadata: [["plan"], ["team", "id"]] });
  await account.insert({ id: "u", metadata: { plan: "pro" } });
  const [first, second] = await indexes(url);
  const restart = async (indexedMetadata: readonly MetadataPath[]) => {
    const { store, close } = await reopenTestStore(url, { indexedMetadata });
    expect(await testAccount(store, account.id).read(({ users }) => found(users, 'metadata.plan == "pro"'))).toEqual(["u"]);
    await close();
    return indexes(url);
  };
  expect(await restart([["team", "id"], ["plan"]])).toEqual([first, second]);
  const kept = await restart([["plan"]]);
  expect([first, second]).toEqual(expect.arrayContaining(kept));
  expect(kept).toHaveLength(1);
  expect(await restart([["other"]])).not.toEqual(kept);
  expect(await restart([])).toEqual([]);
});

test("a server that knows of no index reads what the others read", async () => {
  const { url, ...account } = await openTestAccount();
  await account.insert({ id: "u", metadata: { plan: "pro" } });
  const { store, close } = await reopenTestStore(url, { indexedMetadata: [["plan"]] });
  onTestFinished(close);
  await account.insert({ id: "v", metadata: { plan: "pro" } });
  for (const each of [account, testAccount(store, account.id)]) {
    expect(await each.read(({ users }) => found(users, 'metadata.plan == "pro"'))).toEqual(["u", "v"]);
  }
});

test("servers that start at once make each index once", async () => {
  const { url } = await openTestAccount();
  const paths = [["a"], ["b"], ["c"], ["a", "b"]];
  const servers = await Promise.all([1, 2, 3, 4].map(() => reopenTestStore(url, { indexedMetadata: paths })));
  await Promise.all(servers.map((server) => server.close()));
  expect(await indexes(url)).toHaveLength(paths.length);
});

async function found(users: UserReader, filter: string): Promise<string[]> {
  return (await users.list({ ...ALL, filter: parseUserFilter(filter) })).map(({ encoded }) => decodeUser(encoded).id);
}

/** The names of the indexes that are there. */
async function indexes(url: string): Promise<string[]> {
  const engine = openTestEngine(url);
  const catalogue = url.startsWith("sqlite:") ? "sqlite_schema" : "pg_indexes";
  const name = url.startsWith("sqlite:") ? "name" : "indexname";
  const { rows } = await sql<{ name: string }>`
    select ${sql.ref(name)} as name from ${sql.table(catalogue)} where ${sql.ref(name)} like 'users_of_metadata_%' order by 1
  `.execute(engine.reader);
  await engine.close();
  return rows.map((row) => row.name);
}
