import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRosterClient, type RosterClient } from "@roster/client";
import { expect, test } from "vitest";
import { sampleUsers } from "../../bench/users.ts";
import { LONG } from "../support/bounds.ts";
import { testFolder } from "../support/folder.ts";
import { createGate } from "../support/gate.ts";
import { type ServerProcess, spawnServer } from "../support/process.ts";
import { callerOf, parseNdjson, readNdjson, roster, spawnRoster, toNdjson } from "./run.ts";

type Exported = Record<string, unknown> & { readonly id: string; readonly external_id?: string };

/** Users without ids or addresses: without request ids, a batch that is sent twice would create them twice. */
function alikeUsers(count: number): string {
  return toNdjson(Array.from({ length: count }, () => ({ name: "Ada", metadata: { alike: true } })));
}

function usersOf({ url, secret }: ServerProcess): RosterClient["users"] {
  return createRosterClient({ baseUrl: url, apiKey: secret }).users;
}

async function countUsers(server: ServerProcess): Promise<number> {
  return Number((await usersOf(server).listUsers({ includeTotal: true, pageSize: 1 })).totalSize);
}

async function untilImported(server: ServerProcess, count: number): Promise<void> {
  await expect.poll(() => countUsers(server), { interval: 20 }).toBeGreaterThanOrEqual(count);
}

/** Kills the server and starts it again: same database, same port. */
async function restart(server: ServerProcess, folder: string): Promise<ServerProcess> {
  await server.end("SIGKILL");
  return spawnServer(folder, { port: Number(new URL(server.url).port) });
}

/** A directory of so many users, as the server has them, by id. */
async function fill(server: ServerProcess, count: number): Promise<Map<string, Exported>> {
  const input = toNdjson(sampleUsers(count));
  expect(await roster(["import", "-"], { env: callerOf(server), input })).toMatchObject({ code: 0 });
  return contents(server);
}

async function contents(server: ServerProcess): Promise<Map<string, Exported>> {
  const { stdout } = await roster(["export", "-"], { env: callerOf(server) });
  return byId(parseNdjson(stdout));
}

function byId(users: readonly Exported[]): Map<string, Exported> {
  return new Map(users.map((user) => [user.id, user]));
}

test("an import goes on when the server is killed and comes back, and no user lands twice", async () => {
  const folder = testFolder();
  const server = await spawnServer(folder);
  const lines = alikeUsers(6_000).split(/(?<=\n)/);
  const { child, finished } = spawnRoster(["import", "-"], callerOf(server));
  child.stdin.write(lines.slice(0, 3_500).join(""));
  await untilImported(server, 1_001);
  child.stdin.end(lines.slice(3_500).join(""));
  const restarted = await restart(server, folder);
  expect(await finished).toMatchObject({ code: 0, stdout: expect.stringContaining('"created":6000,') });
  expect(await countUsers(restarted)).toBe(6_001);
  await restarted.end("SIGTERM");
});

test("an import that was killed is started again, and no user lands twice", async () => {
  const folder = testFolder();
  const server = await spawnServer(folder);
  const path = join(folder, "users.ndjson");
  const content = alikeUsers(4_500);
  writeFileSync(path, content);
  const first = spawnRoster(["import", "-"], callerOf(server));
  first.child.stdin.write(content.slice(0, Math.floor(content.length * 0.8)));
  await untilImported(server, 2_001);
  first.child.kill("SIGKILL");
  await first.finished;
  const again = await roster(["import", path], { env: callerOf(server) });
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('"created":4500,') });
  expect(again.stderr).toMatch(/^[23]000 rows had been imported by an earlier run/m);
  expect(await countUsers(server)).toBe(4_501);
  await server.end("SIGTERM");
});

test("an export goes on when the server is killed and comes back: every user once, as of its first moment", async () => {
  const folder = testFolder();
  const server = await spawnServer(folder);
  const before = await fill(server, 3_000);
  const gate = await createGate(server.url);
  const held = gate.holdAfter(500_000);
  const out = join(folder, "out.ndjson");
  const { finished } = spawnRoster(["export", out, "--chunk-size", "100"], { ...callerOf(server), ROSTER_SERVER: gate.url });
  await held;
  const ids = [...before.keys()];
  const users = usersOf(server);
  for (const id of [...ids.slice(1, 4), ...ids.slice(-3)]) await users.deleteUser({ id });
  for (const id of ids.slice(-6, -3)) await users.updateUser({ user: { id, name: "Changed" } });
  await users.createUser({ user: { name: "Late" } });
  const restarted = await restart(server, folder);
  gate.open();
  const { code, stderr } = await finished;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("trying again in") });
  expect(readNdjson(out)).toEqual([...before.values()]);
  expect([existsSync(`${out}.part`), existsSync(`${out}.part.json`)]).toEqual([false, false]);
  await restarted.end("SIGTERM");
});

test("an export that was killed is continued by the same command: every user once", async () => {
  const folder = testFolder();
  const server = await spawnServer(folder);
  const before = await fill(server, 3_000);
  const gate = await createGate(server.url);
  const held = gate.holdAfter(500_000);
  const out = join(folder, "out.ndjson");
  const args = ["export", out, "--chunk-size", "100"];
  const killed = spawnRoster(args, { ...callerOf(server), ROSTER_SERVER: gate.url });
  await held;
  await expect.poll(() => existsSync(`${out}.part.json`), { interval: 5 }).toBe(true);
  killed.child.kill("SIGKILL");
  await killed.finished;
  expect(existsSync(out)).toBe(false);
  // As if the process had died in the middle of a write.
  appendFileSync(`${out}.part`, '{"id":"half a us');
  await usersOf(server).createUser({ user: { name: "Late" } });
  const { code, stderr } = await roster(args, { env: callerOf(server) });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^continuing after \d+00 users$/m) });
  expect(readNdjson(out)).toEqual([...before.values()]);
  expect([existsSync(`${out}.part`), existsSync(`${out}.part.json`)]).toEqual([false, false]);
  await server.end("SIGTERM");
});

test("an export of a moment that the server no longer knows begins again; one of other users does, too", async () => {
  const folder = testFolder();
  const server = await spawnServer(folder);
  const out = join(folder, "out.ndjson");
  const scope = { accountId: "default", showDeleted: false, filter: "" };
  const leave = (left: object) => {
    writeFileSync(`${out}.part`, "left over\n");
    writeFileSync(`${out}.part.json`, JSON.stringify({ ...left, resumeToken: "unknown", userCount: 9, bytes: 10 }));
  };
  leave(scope);
  const again = await roster(["export", out], { env: callerOf(server) });
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining("RESUME_TOKEN_INVALID); beginning again") });
  expect(readNdjson(out)).toHaveLength(1);
  for (const other of [
    { ...scope, accountId: "another" },
    { ...scope, showDeleted: true },
  ]) {
    leave(other);
    const { code, stderr } = await roster(["export", out], { env: callerOf(server) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^exported 1 users/m) });
    expect(readNdjson(out)).toHaveLength(1);
  }
  await server.end("SIGTERM");
});

test("an unfinished export is not continued with another filter, and stays as it is", async () => {
  const folder = testFolder();
  const server = await spawnServer(folder);
  const out = join(folder, "out.ndjson");
  writeFileSync(`${out}.part`, "left over\n");
  const left = { accountId: "default", showDeleted: false, resumeToken: "unknown", userCount: 9, bytes: 10 };
  for (const [filter, given] of [
    [undefined, "no filter"],
    ["has(name)", 'the filter "has(name)"'],
  ] as const) {
    writeFileSync(`${out}.part.json`, JSON.stringify({ ...left, filter }));
    const refused = await roster(["export", out, "--filter", "has(email)"], { env: callerOf(server) });
    expect(refused).toEqual({
      code: 2,
      stdout: "",
      stderr: `roster: ${out}.part is of an export with ${given}: give the same, or delete ${out}.part.json\n`,
    });
    expect([existsSync(out), existsSync(`${out}.part.json`)]).toEqual([false, true]);
  }
  await server.end("SIGTERM");
});

test("the client library's export goes on when the server is killed and comes back", LONG, async () => {
  const folder = testFolder();
  let server = await spawnServer(folder);
  const before = await fill(server, 3_000);
  const gate = await createGate(server.url);
  const client = createRosterClient({ baseUrl: gate.url, apiKey: server.secret });
  const ids: string[] = [];
  let restarts = 0;
  const held = gate.holdAfter(50_000);
  for await (const { users } of client.users.chunks({ chunkSize: 50 })) {
    ids.push(...users.map(({ id }) => id));
    if (restarts === 0) {
      restarts += 1;
      await held;
      server = await restart(server, folder);
      gate.open();
    }
  }
  expect(ids).toEqual([...before.keys()]);
  client.close();
  await server.end("SIGTERM");
});
