import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { verifyDatabase } from "../../src/db/verify/verify-database.ts";
import { userEncoder } from "../../src/rpc/users/user-encoder.ts";
import { createTestAccount, newUser, testAccount } from "../support/account.ts";
import { LONG } from "../support/bounds.ts";
import { type PostgresServer, startPostgres, withClient } from "../support/postgres.ts";
import { reopenTestStore } from "../support/store.ts";

const CONFIG = join(import.meta.dirname, "../../deploy/postgres/archive.conf");

test("PostgreSQL's archive brings a directory back to any moment, whole", LONG, async () => {
  const server = await startPostgres();
  onTestFinished(() => server.remove());
  const archive = makeFolder(server, "archive");
  const base = makeFolder(server, "base");
  await server.stop();
  configure(server, readFileSync(CONFIG, "utf8").replaceAll("/archive", archive));
  await server.start();
  const url = `${server.url}/${server.template}`;

  const before = await reopenTestStore(url);
  const { insert, write } = await createTestAccount(before.store, "default");
  await insert({ id: "boss", superAdmin: true });
  await insert({ id: "in-base" });
  await takeBase(server, url, base);
  await write(async (tx) => {
    for (let n = 0; n < 500; n += 1) await tx.users.insert(newUser(tx, { id: `in-log-${n}` }));
  });
  const moment = await ask(url, "select clock_timestamp()::text as value");
  const ids = ["in-base", ...Array.from({ length: 500 }, (_, n) => `in-log-${n}`)];
  await write(async (tx) => {
    for (const id of ids) await tx.users.purge((await tx.users.find(id)) ?? expect.fail(`${id} is not there`));
  });
  const last = await ask(url, "select pg_walfile_name(pg_current_wal_lsn()) as value");
  await ask(url, "select pg_switch_wal()::text as value");
  await expect.poll(() => existsSync(join(archive, last))).toBe(true);
  await before.close();
  await server.stop();

  restore(server, base, [
    `restore_command = 'cp ${archive}/%f %p'`,
    `recovery_target_time = '${moment}'`,
    "recovery_target_action = promote",
  ]);
  await server.start();
  await expect.poll(() => ask(url, "select pg_is_in_recovery()::text as value")).toBe("false");
  expect(await verifyDatabase(url, userEncoder)).toMatchObject({ problems: [], rows: { users: 502 } });
  const after = await reopenTestStore(url);
  onTestFinished(after.close);
  const restored = testAccount(after.store, "default");
  const { account } = await restored.read(async (view) => view);
  expect(account.revision).toBe(3);
  expect((await restored.insert({ id: "goes-on" })).revision).toBe(4);
});

/** Beside the data, of its owner, who is not the one of this process. */
function makeFolder(server: PostgresServer, name: string): string {
  const folder = join(server.folder, "..", name);
  mkdirSync(folder);
  own(server, folder);
  return folder;
}

function own(server: PostgresServer, path: string): void {
  spawnSync("chown", ["-R", `--reference=${join(server.folder, "postgresql.conf")}`, path]);
}

function configure({ folder }: PostgresServer, lines: string): void {
  const path = join(folder, "postgresql.conf");
  writeFileSync(path, `${readFileSync(path, "utf8")}\n${lines}\n`);
}

/** What pg_basebackup does, which these packages lack: the files as they are copied, and a label that says where the log begins. */
async function takeBase(server: PostgresServer, url: string, base: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query("select pg_backup_start('base', true)");
    for (const name of readdirSync(server.folder).filter((entry) => !NOT_COPIED.has(entry))) {
      cpSync(join(server.folder, name), join(base, name), { recursive: true });
    }
    const { rows } = await client.query("select labelfile from pg_backup_stop(false)");
    writeFileSync(join(base, "backup_label"), rows[0].labelfile);
  });
  mkdirSync(join(base, "pg_wal"));
}

const NOT_COPIED: ReadonlySet<string> = new Set(["pg_wal", "postmaster.pid", "postmaster.opts"]);

function restore(server: PostgresServer, base: string, lines: readonly string[]): void {
  rmSync(server.folder, { recursive: true });
  cpSync(base, server.folder, { recursive: true });
  configure(server, lines.join("\n"));
  writeFileSync(join(server.folder, "recovery.signal"), "");
  chmodSync(server.folder, 0o700);
  spawnSync("chown", ["-R", `--reference=${base}`, server.folder]);
}

async function ask(url: string, query: string): Promise<string> {
  return withClient(url, async (client) => (await client.query(query)).rows[0].value);
}
