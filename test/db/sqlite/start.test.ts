import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { backUpDatabase } from "../../../src/db/maintenance/backup.ts";
import { openStore } from "../../../src/db/open.ts";
import { DatabaseProblem } from "../../../src/db/problem.ts";
import { createTestAccount, testAccount } from "../../support/account.ts";
import { testFolder } from "../../support/folder.ts";
import { createSources } from "../../support/sources.ts";
import { mountSmallDisk } from "../disk.ts";
import { runOtherServers } from "../other-servers.ts";

test("a new file is brought up to date when it is opened, and opening it again changes nothing", async () => {
  const path = await madeFile();
  const before = describeSchema(path);
  expect(before).toContain("0001-initial");
  expect(before).toContain("users_by_email_key");
  await (await open(path)).close();
  expect(describeSchema(path)).toEqual(before);
});

test("several servers that open a new file at once all start, on one schema", async () => {
  const path = join(testFolder(), "roster.db");
  expect(await runOtherServers(6, `sqlite:${path}`, "open")).toEqual(Array(6).fill("open"));
  expect(describeSchema(path)).toEqual(describeSchema(await madeFile()));
});

test("a file that a newer program has made is refused, and not touched", async () => {
  const path = await madeFile();
  const database = new Database(path);
  database.exec("insert into kysely_migration values ('9999-future', '2099-01-01T00:00:00.000Z')");
  database.close();
  const before = readFileSync(path);
  const failed = open(path);
  await expect(failed).rejects.toBeInstanceOf(DatabaseProblem);
  await expect(failed).rejects.toThrow("made by a newer Roster (unknown here: 9999-future)");
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a file that is no database is refused by its name, and not touched", async () => {
  const path = join(testFolder(), "roster.db");
  writeFileSync(path, "id,email\n1,ada@example.com\n".repeat(1000));
  const before = readFileSync(path);
  await expectUnusable(path, "file is not a database");
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a file whose pages are damaged is refused by its name", async () => {
  const path = await madeFile();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0x7e, 100, 4096));
  await expectUnusable(path, /malformed|not a database/);
});

test("a folder in place of the file is refused by its name", async () => {
  const path = join(testFolder(), "roster.db");
  mkdirSync(path);
  await expectUnusable(path, "roster.db is a folder");
});

test("a file below a file is refused by its name", async () => {
  const file = join(testFolder(), "file");
  writeFileSync(file, "");
  await expectUnusable(join(file, "roster.db"), /ENOTDIR|EEXIST/);
});

test("a folder that can't be made is refused by its name, however deep it would be", async () => {
  for (const path of ["/proc/roster/roster.db", "/proc/roster/deeper/roster.db"]) {
    await expectUnusable(path, "ENOENT");
  }
  const link = join(testFolder(), "link");
  symlinkSync("/nowhere/at/all", link);
  await expectUnusable(join(link, "deeper", "roster.db"), "EEXIST");
});

test("a folder is made with all above it, for its owner alone", async () => {
  const folder = testFolder();
  const path = join(folder, "a", "b", "roster.db");
  await (await open(path)).close();
  for (const made of [join(folder, "a"), join(folder, "a", "b")]) expect(statSync(made).mode & 0o777).toBe(0o700);
});

test("a file is made for its owner alone, and so is what stands beside it; one that was there keeps its mode", async () => {
  const folder = testFolder();
  const [path, other] = [join(folder, "roster.db"), join(folder, "other.db")];
  writeFileSync(other, "");
  chmodSync(other, 0o644);
  const stores = [await open(path), await open(other)];
  const modes = () => readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
  const all = (file: string, mode: number) => ["", "-shm", "-wal"].map((end) => [`${file}${end}`, mode]);
  expect(modes()).toEqual([...all("other.db", 0o644), ...all("roster.db", 0o600)]);
  for (const store of stores) await store.close();
  await backUpDatabase(`sqlite:${other}`, join(folder, "backup.db"));
  expect(Object.fromEntries(modes())).toMatchObject({ "backup.db": 0o600 });
});

test("a place that can't be written to is refused by its name", async () => {
  const folder = readOnlyFolder();
  await expectUnusable(join(folder, "roster.db"), /EROFS|EACCES/);
});

function open(path: string) {
  return openStore(`sqlite:${path}`, createSources());
}

/** A database with a user in it, closed. */
async function madeFile(): Promise<string> {
  const path = join(testFolder(), "roster.db");
  const store = await open(path);
  await createTestAccount(store, "a");
  await testAccount(store, "a").insert();
  await store.close();
  return path;
}

async function expectUnusable(path: string, why: string | RegExp): Promise<void> {
  const failed = open(path);
  await expect(failed).rejects.toBeInstanceOf(DatabaseProblem);
  await expect(failed).rejects.toThrow(path);
  await expect(failed).rejects.toThrow(why);
}

/** Tables, indexes and the names of migrations. */
function describeSchema(path: string): string[] {
  const database = new Database(path, { readonly: true });
  const names = database.prepare("select sql from sqlite_schema where sql is not null order by name").pluck().all();
  const migrations = database.prepare("select name from kysely_migration order by name").pluck().all();
  database.close();
  return [...names, ...migrations].map(String).flatMap((text) => text.match(/[\w-]+/g) ?? []);
}

/** Root may write anywhere but to a file system that is mounted read-only. */
function readOnlyFolder(): string {
  const disk = mountSmallDisk(64 * 1024);
  const folder = disk ?? testFolder();
  if (disk !== undefined) execFileSync("mount", ["-o", "remount,ro", disk]);
  else chmodSync(folder, 0o555);
  onTestFinished(() => {
    if (disk === undefined) chmodSync(folder, 0o755);
  });
  return folder;
}
