import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { CompiledQuery, type Kysely, sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../../src/db/open.ts";
import type { Schema } from "../../../src/db/schema.ts";
import { openSqlite } from "../../../src/db/sqlite/engine.ts";
import { KyselyStore } from "../../../src/db/store.ts";
import type { Store } from "../../../src/directory/store/store.ts";
import { createTestAccount, newUser, testAccount } from "../../support/account.ts";
import { testFolder } from "../../support/folder.ts";
import { createSources } from "../../support/sources.ts";

const sources = createSources();

test.each([
  // Readers and the writer don't wait for each other.
  ["journal_mode", "wal"],
  // FULL: a commit is on the disk before it is acknowledged.
  ["synchronous", 2],
  ["foreign_keys", 1],
  // What is deleted is overwritten.
  ["secure_delete", 1],
  // The undo of savepoints stays in memory.
  ["temp_store", 2],
  // Pages that one import changes and the next changes again go into the file once.
  ["wal_autocheckpoint", 8000],
])("the writer runs with %s = %s", async (pragma, value) => {
  const engine = openSqlite(join(testFolder(), "roster.db"));
  onTestFinished(() => engine.close());
  const { rows } = await sql.raw<Record<string, unknown>>(`pragma ${pragma}`).execute(engine.writer);
  expect(rows).toEqual([{ [pragma]: value }]);
});

test("the reader can't write", async () => {
  const engine = openSqlite(join(testFolder(), "roster.db"));
  onTestFinished(() => engine.close());
  await expect(sql`create table t (a)`.execute(engine.reader)).rejects.toMatchObject({ code: "SQLITE_READONLY" });
});

test("a scan whose thread dies fails, rather than go on at another moment; the next one has another thread", async () => {
  const engine = openSqlite(join(testFolder(), "roster.db"));
  onTestFinished(() => engine.close());
  const one = (db: Kysely<Schema>) => sql<{ one: number }>`select 1 as one`.execute(db).then(({ rows }) => rows);
  await engine.scanner.transaction().execute(async (db) => {
    expect(await one(db)).toEqual([{ one: 1 }]);
    const deadly = db.executeQuery(CompiledQuery.raw("select ?", []));
    expect(engine.outageOf(await deadly.catch((error: unknown) => error))).toBe("unreachable");
    await expect(one(db)).rejects.toThrow("the snapshot went with its thread");
  });
  expect(await engine.scanner.transaction().execute(one)).toEqual([{ one: 1 }]);
});

test("a long read does not hold up a write, nor a long write a read", async () => {
  const { store } = await openFile();
  const account = await createTestAccount(store, "a");
  await account.insert();
  await account.read(async ({ users }) => {
    for (let writes = 0; writes < 200; writes += 1) await account.insert();
    expect(await users.count({ showDeleted: true })).toBe(1);
  });
  await account.write(async (tx) => {
    await tx.users.insert(newUser(tx));
    for (let reads = 0; reads < 200; reads += 1) {
      expect(await account.read(({ users }) => users.count({ showDeleted: true }))).toBe(201);
    }
  });
  expect(await account.read(({ users }) => users.count({ showDeleted: true }))).toBe(202);
});

test("a folder that is missing is made", async () => {
  const url = `sqlite:${join(testFolder(), "a", "b", "roster.db")}`;
  const store = await openStore(url, sources);
  await store.ping();
  await store.close();
});

test("what is stored is there when the file is opened again", async () => {
  const { store, url } = await openFile();
  const user = await (await createTestAccount(store, "a")).insert({ email: "ada@example.com" });
  await store.close();
  const again = await openStore(url, sources);
  onTestFinished(() => again.close());
  expect(await testAccount(again, "a").read(({ users }) => users.findLive("email", ["ada@example.com"]))).toEqual([user]);
});

test("a write waits for a lock that another process holds, and reads go on meanwhile", async () => {
  const { store, path } = await openFile();
  const account = await createTestAccount(store, "a");
  const release = holdLock(path);
  const write = account.insert();
  for (let reads = 0; reads < 20; reads += 1) {
    expect(await account.read(({ users }) => users.count({ showDeleted: true }))).toBe(0);
  }
  release();
  expect(await write).toMatchObject({ revision: 1 });
});

test("a write that is held up too long is STORE_UNAVAILABLE, and works when the lock is gone", async () => {
  const { store, path } = await openFile({ lockTimeoutMs: 20 });
  const account = await createTestAccount(store, "a");
  const release = holdLock(path);
  await expect(account.insert()).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
  await expect(createTestAccount(store, "b")).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
  release();
  expect(await account.insert()).toMatchObject({ revision: 1 });
  expect(await (await createTestAccount(store, "b")).insert()).toMatchObject({ revision: 1 });
});

test("a store that is closed leaves one file with all that was written", async () => {
  const { store, path } = await openFile();
  await store.createAccount({ id: "a", name: "A", slug: "a", metadata: {} }, async (tx) => tx.users.insert(newUser(tx)));
  await store.close();
  expect(readdirSync(dirname(path))).toEqual(["roster.db"]);
});

/** Takes the write lock as another process would. Returns what gives it back. */
function holdLock(path: string): () => void {
  const other = new Database(path);
  onTestFinished(() => void other.close());
  other.exec("begin immediate");
  return () => other.exec("rollback");
}

async function openFile(options?: { readonly lockTimeoutMs: number }): Promise<{ store: Store; path: string; url: string }> {
  const path = join(testFolder(), "roster.db");
  const url = `sqlite:${path}`;
  await (await openStore(url, sources)).close();
  const store = new KyselyStore(openSqlite(path, options), sources);
  onTestFinished(() => store.close());
  return { store, path, url };
}
