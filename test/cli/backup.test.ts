import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../src/db/open.ts";
import { bootstrap } from "../../src/directory/accounts/bootstrap.ts";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { LONG } from "../support/bounds.ts";
import { createFolder, testFolder } from "../support/folder.ts";
import { createSources } from "../support/sources.ts";
import { printedBy, roster, spawnRoster } from "./run.ts";

/** Each backup is verified, beside other work. */
const POLL = { timeout: 60_000 };

let url: string;
const made = createFolder();
beforeAll(async () => {
  url = await makeDirectory(join(made.path, "roster.db"));
});
afterAll(made.remove);

async function makeDirectory(path: string): Promise<string> {
  const sources = createSources();
  const store = await openStore(`sqlite:${path}`, sources);
  await bootstrap(store, mintSecret(sources.newId("K")));
  await store.close();
  return `sqlite:${path}`;
}

/** A directory in which a slug belongs to nobody. */
async function makeBroken(path: string): Promise<string> {
  const made = await makeDirectory(path);
  const database = new Database(path);
  database.exec("update slugs set owner_id = 'nobody'");
  database.close();
  return made;
}

test("backups are made to a schedule, the newest stay, and a new start makes none before it is due", LONG, async () => {
  const folder = join(testFolder(), "backups");
  const seen = new Set<string>();
  const { child, finished } = spawnRoster(["backup", folder, "--every", "1s", "--keep", "2", "--database-url", url]);
  child.stdout.on("data", (data: Buffer) => {
    for (const [, file] of data.toString().matchAll(/backed up to .*\/(roster-[^/]+Z\.db)\n/g)) seen.add(file ?? "");
    if (seen.size === 1) writeFileSync(join(folder, "notes.txt"), "mine");
  });
  await expect.poll(() => seen.size, POLL).toBeGreaterThanOrEqual(3);
  child.kill("SIGTERM");
  expect(await finished).toMatchObject({ code: 0, stderr: "" });
  const files = readdirSync(folder);
  expect(files).toEqual(["notes.txt", ...[...seen].sort().slice(-2)]);

  const again = spawnRoster(["backup", folder, "--every", "1d", "--database-url", url]);
  await new Promise((resolve) => again.child.stdout.once("data", resolve));
  again.child.kill("SIGTERM");
  expect(await again.finished).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^next backup at \d{4}-.*Z\n$/),
    stderr: "",
  });
  expect(readdirSync(folder)).toEqual(files);
});

test("a backup that breaks an invariant is told, and no older one goes for it", LONG, async () => {
  const broken = await makeBroken(join(testFolder(), "broken.db"));
  const folder = testFolder();
  const older = "roster-2026-01-31T120000Z.db";
  writeFileSync(join(folder, older), "older");
  const { child, finished } = spawnRoster(["backup", folder, "--every", "1s", "--keep", "1", "--database-url", broken]);
  let told = "";
  child.stderr.on("data", (data: Buffer) => {
    told += data.toString();
  });
  await expect.poll(() => told.match(/kept as .*roster-unverified\.db; tried again in 1 s\n/g)?.length, POLL).toBe(2);
  child.kill("SIGTERM");
  expect(await finished).toMatchObject({ code: 0 });
  expect(told).toMatch(
    /^roster: .*Z\.db breaks invariants:\naccounts: account default: its slug "default" .*\n(.*\n)*next: see /,
  );
  expect(readdirSync(folder)).toEqual([older, "roster-unverified.db"]);
});

test("a backup is restored where nothing is, and with force also one that breaks an invariant", LONG, async () => {
  const folder = testFolder();
  const [backup, restored, forced] = [join(folder, "backup.db"), join(folder, "restored.db"), join(folder, "forced.db")];
  expect(await roster(["backup", backup, "--no-verify", "--database-url", url])).toEqual({
    code: 0,
    stdout: `backed up to ${backup}\n`,
    stderr: "",
  });
  const restore = ["restore", backup, "--database-url", `sqlite:${restored}`];
  expect(await printedBy(restore, {})).toMatch(/^restored: 1 accounts, 1 users, 1 changes\nnote: /);
  const bytes = readFileSync(restored);
  expect(await roster(restore)).toEqual({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^roster: .*restored.db exists; nothing is ever overwritten/),
  });
  expect(readFileSync(restored).equals(bytes)).toBe(true);

  const broken = (await makeBroken(join(folder, "broken.db"))).slice("sqlite:".length);
  const restoreBroken = ["restore", broken, "--database-url", `sqlite:${forced}`];
  await expect(printedBy(restoreBroken, {})).rejects.toThrow(/broken.db breaks invariants:\n/);
  expect(readdirSync(folder)).not.toContain("forced.db");
  expect(await printedBy([...restoreBroken, "--force"], {})).toMatch(/^restored: /);
  await expect(printedBy(["backup", folder, "--keep", "2"], {})).rejects.toThrow("--keep goes with --every");
});
