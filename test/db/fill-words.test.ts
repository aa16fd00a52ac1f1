import { type Kysely, type KyselyPlugin, sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { Database } from "../../src/db/database.ts";
import type { Engine } from "../../src/db/engine.ts";
import { fillWords } from "../../src/db/maintenance/fill-words.ts";
import type { Schema } from "../../src/db/schema.ts";
import { KyselyStore } from "../../src/db/store.ts";
import { parseOrderBy } from "../../src/directory/lists/order.ts";
import type { Store } from "../../src/directory/store/store.ts";
import { parseSearch } from "../../src/directory/users/search.ts";
import { USER_ORDER } from "../../src/directory/users/user-order.ts";
import { createTestAccount, newUser, type TestAccount, testAccount } from "../support/account.ts";
import { LONG } from "../support/bounds.ts";
import { openTestEngine } from "../support/engine.ts";
import { createSources, decodeUser } from "../support/sources.ts";
import { openTestStore, reopenTestStore } from "../support/store.ts";

test("the words of a directory that has none are filled when a server opens it", async () => {
  const { older, url } = await openOlder();
  const { insert, write } = await createTestAccount(older, "a");
  await write(async (tx) => {
    for (let n = 0; n < 1_200; n += 1) await tx.users.insert(newUser(tx, { id: `u${n}`, name: `Ada ${n}` }));
  });
  const gone = await insert({ id: "gone", name: "Ada" });
  await write((tx) => tx.users.update(gone, { ...gone, deleteTime: tx.now() }));
  const newer = testAccount(await reopen(url), "a");
  expect(await countFound(newer, "ada")).toBe(1_200);
  expect(await countFound(newer, "ada", true)).toBe(1_201);
  expect(await found(newer, "ada 1199")).toEqual(["u1199"]);
});

test("what a server of the version before creates, changes, deletes and purges is caught up with", async () => {
  const { older, url, engine } = await openOlder();
  const newer = await createTestAccount(await reopen(url), "a");
  const before = testAccount(older, "a");
  const ada = await newer.insert({ id: "ada", name: "Ada" });
  const purged = await newer.insert({ id: "purged", name: "Grace" });
  const deleted = await newer.insert({ id: "deleted", name: "Ada" });
  await before.insert({ id: "byron", name: "Byron" });
  const changed = await before.write((tx) => tx.users.update(ada, { ...ada, name: "Countess" }));
  await before.write((tx) => tx.users.update(deleted, { ...deleted, deleteTime: tx.now() }));
  await before.write((tx) => tx.users.purge(purged));
  // One that knows of the words writes in between, and doesn't hide that some are missing.
  await newer.write((tx) => tx.users.update(changed, { ...changed, about: "changed" }));
  await newer.insert({ id: "new", name: "Ada" });

  await fillWords(new Database(engine));
  expect(await found(newer, "countess")).toEqual(["ada"]);
  expect(await found(newer, "byron")).toEqual(["byron"]);
  expect(await found(newer, "ada")).toEqual(["ada", "new"]);
  expect(await found(newer, "name")).toEqual([]);
  expect(await countFound(newer, "ada", true)).toBe(3);
  expect(await found(newer, "grace")).toEqual([]);
  expect(await wordsOf(engine)).toHaveLength(4);
  await newer.insert({ id: "last", name: "Ada" });
  const progress = await engine.reader.selectFrom("accounts").select(["revision", "words_revision"]).execute();
  for (const { revision, words_revision } of progress) expect(words_revision).toBe(revision);
});

test("an account is filled anew where the history no longer tells what has changed", async () => {
  const { older, url, engine } = await openOlder();
  const store = await reopen(url);
  const newer = await createTestAccount(store, "a");
  const ada = await newer.insert({ id: "ada", name: "Ada" });
  await testAccount(older, "a").write((tx) => tx.users.update(ada, { ...ada, name: "Grace" }));
  const gone = await newer.insert({ id: "gone", name: "Grace" });
  await testAccount(older, "a").write((tx) => tx.users.purge(gone));
  await store.prune({ changes: Number.MAX_SAFE_INTEGER, answers: 0, audit: 0 });
  await fillWords(new Database(engine));
  expect([await found(newer, "ada"), await found(newer, "grace")]).toEqual([["ada"], ["ada"]]);
  expect(await wordsOf(engine)).toHaveLength(1);
});

test("nothing is left of an account that a server of the version before erases, once a server starts", async () => {
  const { older, url, engine } = await openOlder();
  const store = await reopen(url);
  await createTestAccount(store, "default");
  for (const id of ["a", "b", "c"]) await (await createTestAccount(store, id)).insert({ name: "Ada" });
  for (const id of ["a", "c"]) await testAccount(older, id).write((tx) => tx.eraseAccount());
  await reopen(url);
  expect(await wordsOf(engine)).toHaveLength(1);
  expect(await countFound(testAccount(store, "b"), "ada")).toBe(1);
});

test("two servers fill a directory while two of the version before write it, and nothing is missed", LONG, async () => {
  const { older, url, engine } = await openOlder();
  const other = openOlderOn(url);
  const first = await createTestAccount(older, "a");
  await first.write(async (tx) => {
    for (let n = 0; n < 1_500; n += 1) await tx.users.insert(newUser(tx, { id: `u${n}`, name: "Before" }));
  });
  let filling = true;
  const writing = [first, testAccount(other, "a")].map(async ({ write }, writer) => {
    for (let n = writer; filling; n += 2) {
      await write(async (tx) => {
        const user = await tx.users.find(`u${(n * 7) % 1_500}`);
        if (user === undefined) return;
        await (n % 10 === 9 ? tx.users.purge(user) : tx.users.update(user, { ...user, name: `After ${n}` }));
      });
    }
  });
  const fillers = [engine, openEngine(url)].map((each) => fillWords(new Database(each)));
  await Promise.all(fillers);
  filling = false;
  await Promise.all(writing);
  await fillWords(new Database(engine));
  const newer = testAccount(await reopen(url), "a");
  const users = await newer.read(({ account, users }) => users.listAt(account.revision, "", 2_000));
  const names = Map.groupBy(users, ({ state }) => state?.name?.split(" ")[0]);
  expect(await countFound(newer, "after")).toBe(names.get("After")?.length ?? 0);
  expect(await countFound(newer, "before")).toBe(names.get("Before")?.length ?? 0);
  expect(await wordsOf(engine)).toHaveLength(users.length);
});

/** A store as the version before has it: it knows nothing of words. */
async function openOlder() {
  const { url, close } = await openTestStore();
  onTestFinished(close);
  return { url, engine: openEngine(url), older: openOlderOn(url) };
}

function openOlderOn(url: string): Store {
  const engine = openEngine(url);
  const words = { ...engine.words, ...Object.fromEntries(METHODS.map((name) => [name, async () => {}])) };
  return new KyselyStore({ ...engine, writer: withoutWords(engine.writer), words }, createSources());
}

const METHODS = ["insert", "put", "remove", "removeAll"] as const satisfies ReadonlyArray<keyof Engine["words"]>;

function withoutWords(db: Kysely<Schema>): Kysely<Schema> {
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      return node.kind === "UpdateQueryNode" && node.updates !== undefined
        ? { ...node, updates: node.updates.filter((update) => !JSON.stringify(update.column).includes("words_revision")) }
        : node;
    },
    transformResult: async ({ result }) => result,
  };
  return db.withPlugin(plugin);
}

function openEngine(url: string): Engine {
  const engine = openTestEngine(url);
  onTestFinished(() => engine.close());
  return engine;
}

async function reopen(url: string): Promise<Store> {
  const { store, close } = await reopenTestStore(url);
  onTestFinished(close);
  return store;
}

async function wordsOf({ reader }: Engine): Promise<unknown[]> {
  return (await sql`select words from user_words`.execute(reader)).rows;
}

function found({ read }: TestAccount, query: string): Promise<string[]> {
  const page = { direction: "after", from: null, skip: 0, limit: 10, order: parseOrderBy("id", USER_ORDER) } as const;
  const list = { ...page, showDeleted: false, search: parseSearch(query) };
  return read(async ({ users }) => (await users.list(list)).map(({ encoded }) => decodeUser(encoded).id));
}

function countFound({ read }: TestAccount, query: string, showDeleted = false): Promise<number> {
  return read(({ users }) => users.count({ showDeleted, search: parseSearch(query) }));
}
