import { createRosterClient } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callerOf, parseNdjson, roster, rosterJson, rosterRows, spawnRoster } from "./run.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Session {
  readonly id: string;
  readonly account_id: string;
  readonly end_time?: string;
}

const run = <T>(...args: string[]) => rosterJson<T>(["sessions", ...args], callerOf(server));
const list = (...args: string[]) => rosterRows<Session>(["sessions", "list", ...args], callerOf(server));

async function addUser(accountId = ""): Promise<string> {
  const { users, close } = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
  const { user } = await users.createUser({ accountId, user: {} });
  close();
  return user?.id ?? "";
}

test("sessions begin, are found, end and are deleted", async () => {
  const user = await addUser();
  const session = await run<Session>("create", "--user", user, "--external-id", "thread 1");
  expect(session).toEqual({
    id: expect.stringMatching(/^S/),
    account_id: "default",
    user_id: user,
    external_id: "thread 1",
    metadata: {},
    create_time: expect.any(String),
    update_time: expect.any(String),
    etag: expect.any(String),
  });
  expect(await run("get", session.id)).toEqual(session);
  const ended = await run<Session>("end", session.id);
  expect(ended).toMatchObject({ id: session.id, end_time: expect.any(String) });
  expect(await run("end", session.id)).toEqual(ended);
  expect(await run("delete", session.id)).toEqual({});
  await expect(run("get", session.id)).rejects.toThrow("NOT_FOUND SESSION_NOT_FOUND: ");
});

test("sessions list and end-all are about one user", async () => {
  const [user, other] = [await addUser(), await addUser()];
  const ids: string[] = [];
  for (const owner of [user, other, user]) {
    ids.push((await run<Session>("create", "--user", owner)).id);
  }
  expect((await list("--user", user)).map(({ id }) => id)).toEqual([ids[2], ids[0]]);
  expect((await list("--filter", `external_id == "x" || user_id == "${other}"`)).map(({ id }) => id)).toEqual([ids[1]]);
  await expect(list("--user", user, "--filter", "true")).rejects.toThrow("cannot be used with");
  expect(await run("end-all", "--user", user)).toEqual({ ended_count: "2" });
  expect(await run("end-all", "--user", user)).toEqual({ ended_count: "0" });
  expect((await list()).filter(({ end_time }) => end_time === undefined).map(({ id }) => id)).toEqual([ids[1]]);
  await expect(list("--user", "nobody")).rejects.toThrow("NOT_FOUND USER_NOT_FOUND: ");
});

test("with --account - a super admin sees the sessions of all accounts", async () => {
  const { id } = await rosterJson<{ id: string }>(["accounts", "create", "--name", "Other"], callerOf(server));
  const session = await run<Session>("create", "--account", id, "--user", await addUser(id));
  expect(session.account_id).toBe(id);
  expect((await list("--account", "-"))[0]).toEqual(session);
});

test("--all is every page, and one that nobody reads to its end is no failure", async () => {
  const user = await addUser();
  const COUNT = 2_001;
  await insertSessions(user, COUNT);
  const args = ["sessions", "list", "--user", user, "--all"];
  const { code, stdout } = await roster(args, { env: callerOf(server) });
  expect(code).toBe(0);
  const sessions = parseNdjson<Session>(stdout);
  expect(new Set(sessions.map(({ id }) => id)).size).toBe(COUNT);
  const { child, finished } = spawnRoster(args, callerOf(server));
  child.stdout.once("data", () => child.stdout.destroy());
  expect(await finished.catch(() => undefined)).toBeUndefined();
  await expect.poll(() => child.exitCode).toBe(0);
});

/** Straight into the store: thousands of calls would take their time. */
async function insertSessions(userId: string, count: number): Promise<void> {
  const accountId = "default";
  await server.store.write({ accountId, apiKeyId: null, requestId: null }, async (tx) => {
    const now = tx.now();
    const times = { createTime: now, updateTime: now, endTime: null };
    for (let n = 0; n < count; n += 1) {
      await tx.sessions.insert({ accountId, id: `S${n}`, userId, externalId: null, metadata: {}, ...times, version: 1 });
    }
  });
}
