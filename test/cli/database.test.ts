import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openStore } from "../../src/db/open.ts";
import { mountSmallDisk } from "../db/disk.ts";
import { testFolder } from "../support/folder.ts";
import { createSources } from "../support/sources.ts";
import { NOBODY, roster, rosterAsNobody } from "./run.ts";

/** Each command that opens a database, with what else it needs. */
const COMMANDS = {
  serve: (url: string) => ["serve", "--database-url", url],
  "serve, several processes": (url: string) => ["serve", "--workers", "2", "--database-url", url],
  migrate: (url: string) => ["migrate", "--database-url", url],
  "migrate --check": (url: string) => ["migrate", "--check", "--database-url", url],
  backup: (url: string, folder: string) => ["backup", "--database-url", url, join(folder, "backup.db")],
  verify: (url: string) => ["verify", "--database-url", url],
  "copy from": (url: string, folder: string) => ["copy", url, `sqlite:${join(folder, "to.db")}`],
  "copy to": (url: string, folder: string) => ["copy", `sqlite:${join(folder, "made.db")}`, url],
};
const TABLE = Object.entries(COMMANDS);
const PORTS = { ROSTER_HTTP_ADDRESS: "127.0.0.1:0", ROSTER_GRPC_ADDRESS: "off" };

/** One line that names the database and says why, and nothing else. */
function refusal(path: string, why: RegExp) {
  return {
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(new RegExp(`^roster: ${path} can't be used: [^\n]*${why.source}[^\n]*\n$`)),
  };
}

async function makeDatabase(path: string): Promise<void> {
  await (await openStore(`sqlite:${path}`, createSources())).close();
}

async function folderWithDatabase(): Promise<string> {
  const folder = testFolder();
  await makeDatabase(join(folder, "made.db"));
  return folder;
}

test.each(TABLE)("a folder that can't be made is told in one line: %s", async (_, args) => {
  const folder = await folderWithDatabase();
  const path = "/proc/roster/deeper/roster.db";
  expect(await roster(args(`sqlite:${path}`, folder), { env: PORTS })).toEqual(refusal(path, /(ENOENT|no such file)/));
});

test.each(TABLE)("a file that is no database is told in one line: %s", async (_, args) => {
  const folder = await folderWithDatabase();
  const path = join(folder, "users.csv");
  writeFileSync(path, "id,email\n1,ada@example.com\n".repeat(1000));
  expect(await roster(args(`sqlite:${path}`, folder), { env: PORTS })).toEqual(refusal(path, /not a database/));
});

const READERS = [COMMANDS.backup, COMMANDS.verify, COMMANDS["copy from"]];

test("a database to read that is not there is told in one line, and not made", async () => {
  for (const args of READERS) {
    const folder = await folderWithDatabase();
    const path = join(folder, "other.db");
    expect(await roster(args(`sqlite:${path}`, folder))).toEqual(refusal(path, /no such file/));
    expect(readdirSync(folder)).toEqual(["made.db"]);
  }
});

test("a backup that can't be written is told in one line", async () => {
  const folder = await folderWithDatabase();
  const url = `sqlite:${join(folder, "made.db")}`;
  const file = join(folder, "nowhere", "backup.db");
  expect(await roster(["backup", "--database-url", url, file])).toEqual({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(new RegExp(`^roster: ${file} can't be written: [^\n]+\n$`)),
  });
});

test.runIf(NOBODY)("a database of another user is told in one line", async () => {
  const folder = testFolder();
  chmodSync(folder, 0o777);
  const [hidden, kept, own] = ["hidden", "kept", "own"].map((name) => join(folder, name));
  await makeDatabase(join(`${hidden}`, "roster.db"));
  await makeDatabase(join(`${kept}`, "roster.db"));
  chmodSync(`${kept}`, 0o755);
  mkdirSync(`${own}`);
  chmodSync(`${own}`, 0o755);
  for (const place of [hidden, kept, own, join(`${own}`, "deeper")]) {
    const path = join(`${place}`, "roster.db");
    expect(await rosterAsNobody(["serve", "--database-url", `sqlite:${path}`], PORTS)).toEqual(
      refusal(path, /EACCES: permission denied/),
    );
  }
});

test("a file system that is read-only is told in one line", async ({ skip }) => {
  const disk = mountSmallDisk(1024 * 1024);
  if (disk === undefined) return skip("needs the right to mount");
  await makeDatabase(join(disk, "made.db"));
  execFileSync("mount", ["-o", "remount,ro", disk]);
  for (const path of [join(disk, "made.db"), join(disk, "new.db"), join(disk, "folder", "new.db")]) {
    expect(await roster(["serve", "--database-url", `sqlite:${path}`], { env: PORTS })).toEqual(
      refusal(path, /EROFS: read-only file system/),
    );
  }
});

test.for([0, 40, 80])("a disk with room for %i KiB is told in one line", async (room, { skip }) => {
  const disk = mountSmallDisk(1024 * 1024);
  if (disk === undefined) return skip("needs the right to mount");
  const path = join(disk, "roster.db");
  await makeDatabase(path);
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, "ballast"), Buffer.alloc(bavail * bsize - room * 1024));
  const { code, stdout, stderr } = await roster(["serve", "--database-url", `sqlite:${path}`], { env: PORTS });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^roster: [^\n]*(ENOSPC|SQLITE_FULL|SQLITE_IOERR)[^\n]*\n$/);
});

test("verify says what does not hold, and what to do", async () => {
  const folder = testFolder();
  const path = join(folder, "made.db");
  await makeDatabase(path);
  const args = ["verify", "--database-url", `sqlite:${path}`];
  expect(await roster(args)).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^accounts: 0 rows\n(.*\n)+verified: every invariant holds\n$/),
    stderr: "",
  });
  const database = new Database(path);
  database.exec("drop index users_of_project; insert into slugs values ('default', 'lost', 'nobody')");
  database.close();
  const { code, stderr } = await roster(args);
  expect(code).toBe(1);
  expect(stderr).toBe(
    `roster: the database breaks invariants:
storage: index users_of_project is missing
references: account default: slugs has a row of the account, which is not there
accounts: account nobody: the slug "lost" is registered as its own, and is not
next: see docs/operations.md#verify (problems: 3)
`,
  );
});
