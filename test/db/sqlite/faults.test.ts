import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../../src/db/open.ts";
import { openSqlite } from "../../../src/db/sqlite/engine.ts";
import { KyselyStore } from "../../../src/db/store.ts";
import { DEFAULT_ACCOUNT } from "../../../src/directory/accounts/account.ts";
import { createUser } from "../../../src/directory/users/users.ts";
import { createTestAccount, newUser, type TestAccount } from "../../support/account.ts";
import { testFolder } from "../../support/folder.ts";
import { createSources } from "../../support/sources.ts";
import { mountSmallDisk } from "../disk.ts";
import { linesOf, startOtherServer } from "../other-servers.ts";

const sources = createSources();
const MIB = 1024 * 1024;

test("a write that finds no room is STORE_UNAVAILABLE and leaves nothing; with room again, writes work", async () => {
  const { path, store, makeRoom } = await openOnFullDisk();
  const account = await createTestAccount(store, "a");
  const stored = await insertUntilFull(account);
  expect(stored.length).toBeGreaterThan(1);

  const seen = () => account.read(async (view) => [view.account.revision, await view.users.count({ showDeleted: true })]);
  expect(await seen()).toEqual([stored.length, stored.length * 10]);
  await expect(insertTen(account)).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });

  await makeRoom();
  expect(await insertTen(account)).toMatchObject({ revision: stored.length + 1, version: 1 });
  expect(await seen()).toEqual([stored.length + 1, stored.length * 10 + 10]);
  await store.close();
  expectSound(path);
});

test("a trial write fails on a disk without room and works on one with room, and leaves nothing behind", async ({
  skip,
}) => {
  const disk = mountSmallDisk(8 * MIB);
  if (disk === undefined) return skip("needs the right to mount");
  const path = join(disk, "roster.db");
  const store = await openStore(`sqlite:${path}`, sources);
  onTestFinished(() => store.close());
  await createTestAccount(store, DEFAULT_ACCOUNT);
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, "ballast"), Buffer.alloc(bavail * bsize));
  await expect(store.tryWrite()).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
  const { writeFailure } = store;
  expect(writeFailure).toMatchObject({ cause: { code: "SQLITE_FULL" } });
  rmSync(join(disk, "ballast"));
  await Promise.all([store.tryWrite(), store.tryWrite(), store.tryWrite()]);
  expect(store.writeFailure).toBe(writeFailure);
  await store.close();
  const database = new Database(path);
  expect(database.prepare("select count(*) from secrets").pluck().get()).toBe(0);
  database.close();
});

test("a scan whose thread can't begin is STORE_UNAVAILABLE, others go on, and the next has another thread", async () => {
  const path = join(testFolder(), "roster.db");
  const store = await openStore(`sqlite:${path}`, sources);
  onTestFinished(() => store.close());
  const account = await createTestAccount(store, "a");
  await account.insert();
  renameSync(path, `${path}.away`);
  const scans = Array.from({ length: 3 }, () => account.scan(({ users }) => users.count({ showDeleted: true })));
  for (const outcome of await Promise.allSettled(scans)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { reason: "STORE_UNAVAILABLE" } });
  }
  expect(await account.read(({ users }) => users.count({ showDeleted: true }))).toBe(1);
  renameSync(`${path}.away`, path);
  expect(await account.scan(({ users }) => users.count({ showDeleted: true }))).toBe(1);
});

test("if the commit fails, all who share it are STORE_UNAVAILABLE, whatever else they would have been told", async () => {
  const { path, store, makeRoom } = await openOnFullDisk();
  const account = await createTestAccount(store, "a");
  const about = "x".repeat(3_000);
  await insertUntilFull(account);
  await insertUntilFull(account, () => account.insert({ about }));
  const before = await account.read(async (view) => [view.account.revision, await view.users.count({ showDeleted: true })]);
  const events: unknown[] = [];
  store.onCommit((event) => events.push(event));
  const create = () =>
    account.write(async (tx) => {
      const { user } = await createUser(tx, { superAdmin: false, role: "WRITER" }, { email: "ada@example.com", about });
      return user;
    });
  for (const { reason } of await Promise.all(Array.from({ length: 20 }, () => create().catch((error) => error)))) {
    expect(reason).toBe("STORE_UNAVAILABLE");
  }
  expect(events).toEqual([]);

  await makeRoom();
  expect(await account.read(async (view) => [view.account.revision, await view.users.count({ showDeleted: true })])).toEqual(
    before,
  );
  const outcomes = await Promise.allSettled([create(), create(), create()]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  await store.close();
  expectSound(path);
});

test("a database that is full in the middle of writes that share a commit keeps what it has acknowledged, and nothing else", async () => {
  const path = join(testFolder(), "roster.db");
  await (await openStore(`sqlite:${path}`, sources)).close();
  const engine = openSqlite(path);
  const store = new KyselyStore(engine, sources);
  onTestFinished(() => store.close());
  await sql`pragma max_page_count = 400`.execute(engine.writer);
  const account = await createTestAccount(store, "a");
  const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => insertTen(account)));
  const written = outcomes.filter(({ status }) => status === "fulfilled").length;
  expect(written).toBeLessThan(100);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ reason: "STORE_UNAVAILABLE" });
  }
  const found = () => account.read(async (view) => [view.account.revision, await view.users.count({ showDeleted: true })]);
  expect(await found()).toEqual([written, written * 10]);
  const big = { id: "big", name: "x".repeat(2 * MIB), slug: "big", metadata: {} };
  const [read, create] = [account.write(async ({ revision }) => revision), store.createAccount(big, async () => true)];
  await expect(create).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
  expect(await read).toBe(written);
  await sql`pragma max_page_count = 100000`.execute(engine.writer);
  expect(await insertTen(account)).toMatchObject({ revision: written + 1 });
  await store.close();
  expectSound(path);
});

const FILLS = Object.entries(faults()).flatMap(([name, under]) => [
  { name: `${name}, one by one`, under, job: "fill" as const, count: 40 },
  { name: `${name}, ten at a time`, under, job: "fillTogether" as const, count: 400 },
]);

test.each(FILLS)("what is acknowledged is there, what is refused is not: $name", async ({ under, job, count }) => {
  const path = join(testFolder(), "roster.db");
  const store = await openStore(`sqlite:${path}`, sources);
  await createTestAccount(store, DEFAULT_ACCOUNT);
  await store.close();

  const server = startOtherServer(`sqlite:${path}`, job, `${count}`, under);
  const exit = once(server, "exit");
  const lines = await Array.fromAsync(linesOf(server));
  expect(await exit).toEqual([0, null]);
  const failed = lines.filter((line) => line.startsWith("failed"));
  const written = lines.filter((line) => !line.startsWith("failed"));
  expect(lines).toHaveLength(count);
  expect(new Set(failed)).toEqual(new Set(["failed STORE_UNAVAILABLE"]));
  expect(written.length).toBeGreaterThan(0);

  const again = await openStore(`sqlite:${path}`, sources);
  onTestFinished(() => again.close());
  const found = await again.read(DEFAULT_ACCOUNT, async ({ account, users }) => [
    account.revision,
    (await users.listAt(account.revision, "", count)).map(({ id }) => id),
  ]);
  expect(found).toEqual([written.length, written]);
  expectSound(path);
});

/** Ways to make the disk refuse a write, each a command that runs a server so. One works everywhere. */
function faults(): Record<string, readonly string[]> {
  const strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"];
  const failing = [...strace, "-e", "inject=fsync,fdatasync:error=EIO:when=8..40+7"];
  return {
    "a file that may not grow beyond 300 KiB": ["sh", "-c", 'ulimit -f 600; exec "$@"', "sh"],
    ...(spawnSync(failing[0] ?? "", [...failing.slice(1), "true"]).status === 0 && { "a disk that fails to sync": failing }),
  };
}

/** A store on a disk with little room, and what makes more. Who may not mount one gets a file that may not grow instead. */
async function openOnFullDisk() {
  const disk = mountSmallDisk(8 * MIB);
  const path = join(disk ?? testFolder(), "roster.db");
  await (await openStore(`sqlite:${path}`, sources)).close();
  const engine = openSqlite(path);
  const store = new KyselyStore(engine, sources);
  onTestFinished(() => store.close());
  if (disk === undefined) {
    await sql`pragma max_page_count = 400`.execute(engine.writer);
    return { path, store, makeRoom: async () => void (await sql`pragma max_page_count = 100000`.execute(engine.writer)) };
  }
  const ballast = join(disk, "ballast");
  writeFileSync(ballast, Buffer.alloc(6 * MIB));
  return { path, store, makeRoom: async () => rmSync(ballast) };
}

async function insertUntilFull(account: TestAccount, insert = () => insertTen(account)): Promise<number[]> {
  const revisions: number[] = [];
  for (;;) {
    try {
      revisions.push((await insert()).revision);
    } catch (error) {
      expect(error).toMatchObject({ reason: "STORE_UNAVAILABLE" });
      return revisions;
    }
  }
}

/** Ten users of some size, in one transaction. The last of them. */
function insertTen(account: TestAccount) {
  return account.write(async (tx) => {
    for (let count = 1; count < 10; count += 1) await tx.users.insert(newUser(tx, { about: "x".repeat(3_000) }));
    return tx.users.insert(newUser(tx));
  });
}

function expectSound(path: string): void {
  const database = new Database(path);
  expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(database.pragma("foreign_key_check")).toEqual([]);
  database.close();
}
