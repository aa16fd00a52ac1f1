import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Migrator } from "kysely/migration";
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from "vitest";
import { backUpDatabase } from "../../src/db/maintenance/backup.ts";
import { restoreDatabase } from "../../src/db/maintenance/restore.ts";
import { initial } from "../../src/db/migrations/0001-initial.ts";
import { verifyDatabase } from "../../src/db/verify/verify-database.ts";
import { userEncoder } from "../../src/rpc/users/user-encoder.ts";
import { newUser, testAccount } from "../support/account.ts";
import { createDatabase } from "../support/database.ts";
import { openTestEngine } from "../support/engine.ts";
import { createFolder, testFolder } from "../support/folder.ts";
import { fillDirectory } from "../support/lived-in.ts";
import { openTestStore, reopenTestStore, type TestStore } from "../support/store.ts";

let source: TestStore;
let backup: string;
const folder = createFolder();
beforeAll(async () => {
  source = await openTestStore();
  await fillDirectory(source, 700);
  await source.store.secret("token-key", () => Buffer.from("sealed"));
  backup = join(folder.path, "backup.db");
  await backUpDatabase(source.url, backup);
});
afterAll(async () => {
  await source.close();
  folder.remove();
});

const ACCEPT = { encoder: userEncoder, assertAcceptable: () => {} };

/** Where nothing is: a file, and in the tests of PostgreSQL a database. */
async function emptyPlaces(): Promise<string[]> {
  const file = `sqlite:${join(testFolder(), "deeper", "roster.db")}`;
  if (inject("postgres") === undefined) {
    return [file];
  }
  const { url, remove } = await createDatabase();
  onTestFinished(remove);
  return [file, url];
}

async function everything({ store }: TestStore) {
  const of = (id: string) =>
    store.read(id, async ({ account, users, changes, audit }) => ({
      account,
      users: await users.listAt(account.revision, "", 10_000),
      changes: await changes.list(account.historyFloor, { limit: 10_000, withBefore: true }),
      entries: await audit.count(undefined),
    }));
  return { secret: await store.secret("token-key", () => Buffer.from("new")), a: await of("a"), pruned: await of("pruned") };
}

test("a backup is restored to what was backed up, on either engine, and goes on from there", async () => {
  const before = await everything(source);
  for (const place of await emptyPlaces()) {
    const { verification, migrated } = await restoreDatabase(backup, place, ACCEPT);
    expect({ users: verification.rows.users, migrated }).toEqual({ users: 717, migrated: [] });
    const restored = await reopenTestStore(place);
    onTestFinished(restored.close);
    expect(await everything(restored)).toEqual(before);
    const { insert } = testAccount(restored.store, "a");
    expect((await insert({ id: "after" })).revision).toBe(before.a.account.revision + 1);
    expect(await verifyDatabase(place, userEncoder)).toMatchObject({ problems: [] });
    if (place.startsWith("sqlite:")) expect(statSync(place.slice("sqlite:".length)).mode & 0o777).toBe(0o600);
  }
  expect(readdirSync(folder.path)).toEqual(["backup.db"]);
});

test("a backup that is taken while others write is a directory of one moment, and verifies", async () => {
  const { write } = testAccount(source.store, "pruned");
  const file = join(testFolder(), "backup.db");
  let done = false;
  const writing = (async () => {
    for (let n = 0; !done || n < 20; n += 1) await write((tx) => tx.users.insert(newUser(tx, { id: `meanwhile-${n}` })));
  })();
  await backUpDatabase(source.url, file);
  done = true;
  await writing;
  expect(await verifyDatabase(`sqlite:${file}`, userEncoder)).toMatchObject({ problems: [] });
  await expect(backUpDatabase(source.url, file)).rejects.toThrow(`${file} exists`);
  expect(readdirSync(join(file, ".."))).toEqual(["backup.db"]);
});

test("a restore overwrites nothing", async () => {
  const folder = testFolder();
  for (const name of ["roster.db", "roster.db-wal", "roster.db-journal"]) {
    const path = join(folder, name);
    writeFileSync(path, "something");
    await expect(restoreDatabase(backup, `sqlite:${join(folder, "roster.db")}`, ACCEPT)).rejects.toThrow(`${path} exists`);
    expect(readFileSync(path, "utf8")).toBe("something");
    expect(readdirSync(folder)).toEqual([name]);
    rmSync(path);
  }
  await expect(restoreDatabase(backup, source.url, ACCEPT)).rejects.toThrow(/exists|holds a directory already/);
});

test("what is no whole backup is not restored, and leaves nothing behind", async () => {
  const folder = testFolder();
  const damaged = join(folder, "damaged.db");
  const bytes = readFileSync(backup);
  writeFileSync(damaged, bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 40_000));
  const cut = join(folder, "cut.db");
  writeFileSync(cut, readFileSync(backup).subarray(0, bytes.length / 2));
  const text = join(folder, "text.db");
  writeFileSync(text, "id,email\n".repeat(1000));
  const live = join(folder, "live.db");
  const open = new Database(live);
  onTestFinished(() => void open.close());
  open.pragma("journal_mode = wal");
  open.exec("create table t (a)");
  const places = await emptyPlaces();
  for (const [file, why] of [
    [damaged, /damaged|malformed/],
    [cut, /damaged|malformed/],
    [text, /text.db can't be used: .*not a database/],
    [live, /live.db is no backup but a database in use/],
    [join(folder, "none.db"), /none.db can't be used: .*no such file/],
  ] as const) {
    for (const place of places) await expect(restoreDatabase(file, place, ACCEPT)).rejects.toThrow(why);
  }
  for (const place of places) {
    if (place.startsWith("sqlite:")) expect(existsSync(place.slice("sqlite:".length))).toBe(false);
    else expect((await verifyDatabase(place, userEncoder)).rows).toMatchObject({ accounts: 0, users: 0 });
  }
});

test("a restore that is refused by what was verified leaves nothing behind", async () => {
  for (const place of await emptyPlaces()) {
    const refuse = () => {
      throw new Error("not good enough");
    };
    await expect(restoreDatabase(backup, place, { ...ACCEPT, assertAcceptable: refuse })).rejects.toThrow("not good enough");
    await restoreDatabase(backup, place, ACCEPT);
  }
});

test("a backup of an older version is brought up to date; the file stays as it is", async () => {
  const file = join(testFolder(), "old.db");
  const engine = openTestEngine(`sqlite:${file}`);
  const migrations = { "0001-initial": initial(engine.types, engine.words) };
  await new Migrator({ db: engine.writer, provider: { getMigrations: async () => migrations } }).migrateToLatest();
  await engine.close();
  const bytes = readFileSync(file);
  for (const place of await emptyPlaces()) {
    const { migrated } = await restoreDatabase(file, place, ACCEPT);
    expect(migrated).toContain("0009-audit");
    expect((await verifyDatabase(place, userEncoder)).problems).toEqual([]);
  }
  expect(readFileSync(file).equals(bytes)).toBe(true);
});
