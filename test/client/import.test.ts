import { Code } from "@connectrpc/connect";
import { createRosterClient, type ImportCounts, ImportMode, type NewUser, type RosterClient } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";
import { clientOfPeer, GONE, saidByRoster } from "./peer.ts";

let server: TestServer;
let roster: RosterClient;
beforeAll(async () => {
  server = await startTestServer();
  roster = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
});
afterAll(async () => {
  roster.close();
  await server.stop();
});

async function* usersNamed(prefix: string, count: number): AsyncGenerator<NewUser> {
  for (let index = 0; index < count; index += 1) yield { id: `${prefix}-${index}`, name: index % 10 === 3 ? "1" : "Ada" };
}

test("imports any number of users, and tells of each that is not taken, with the reason", async () => {
  const progress: ImportCounts[] = [];
  const result = await roster.users.importUsers(usersNamed("many", 95), {
    batchSize: 20,
    onProgress: (counts) => progress.push(counts),
  });
  expect(result).toMatchObject({ created: 85, updated: 0, skipped: 0, failed: 10 });
  expect(result.badRows.map(({ index }) => index)).toEqual([3, 13, 23, 33, 43, 53, 63, 73, 83, 93]);
  expect(result.badRows[1]).toMatchObject({
    user: { id: "many-13" },
    error: { code: Code.InvalidArgument, reason: "FIELD_INVALID" },
  });
  expect(result.badRows[1]?.error.fields).toMatchObject([{ field: "user.name" }]);
  expect(progress).toHaveLength(5);
  expect(progress.at(-1)).toEqual({ created: 85, updated: 0, skipped: 0, failed: 10 });
  const names = (await Array.fromAsync(roster.users.all({ filter: 'id.startsWith("many-")', pageSize: 9 }))).map(
    ({ id }) => id,
  );
  expect(new Set(names).size).toBe(85);
  const { revision } = await roster.users.listUsers({ countOnly: true });
  expect(result.revision).toBe(revision);
});

test("takes a list as well, a mode, and who is told of bad rows", async () => {
  const bad: number[] = [];
  const users = [{ id: "many-0", name: "Grace" }, { id: "many-1", name: "2" }, { id: "new" }];
  const result = await roster.users.importUsers(users, {
    mode: ImportMode.UPSERT,
    onBadRow: ({ index }) => bad.push(index),
  });
  expect(result).toMatchObject({ created: 1, updated: 1, failed: 1, badRows: [] });
  expect(bad).toEqual([1]);
});

test("a request is one call, as the schema has it", async () => {
  const { created, failures } = await roster.users.importUsers({ users: [{ id: "alone" }, { name: "1" }] });
  expect({ created, failures }).toMatchObject({ created: 1, failures: [{ index: 1 }] });
});

test("no more calls are under way than allowed, and users are read no faster than they are sent", async () => {
  let [running, most, read] = [0, 0, 0];
  const open: Array<() => void> = [];
  const { users } = clientOfPeer({
    async importUsers({ users: batch }) {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => open.push(resolve));
      running -= 1;
      return { created: batch.length };
    },
  });
  function* source() {
    for (; read < 100; read += 1) yield { id: `u${read}` };
  }
  const result = users.importUsers(source(), { batchSize: 10, concurrency: 3 });
  for (let call = 0; call < 10; call += 1) {
    await expect.poll(() => open.length).toBeGreaterThan(0);
    expect(read).toBeLessThanOrEqual((call + 4) * 10 + 1);
    open.shift()?.();
  }
  expect(await result).toMatchObject({ created: 100 });
  expect(most).toBe(3);
});

test("a call that breaks is made again with the same request id", async () => {
  const ids: string[] = [];
  const { users } = clientOfPeer({
    importUsers({ users: batch, requestId }) {
      ids.push(requestId);
      if (ids.length === 1) throw GONE;
      return { created: batch.length };
    },
  });
  expect(await users.importUsers([{ id: "a" }, { id: "b" }])).toMatchObject({ created: 2 });
  expect(ids[0]).not.toBe("");
  expect(ids).toEqual([ids[0], ids[0]]);
});

test("ends, and reads no further, when the server refuses, the source fails, or the caller gives up", async () => {
  const refusal = saidByRoster(Code.PermissionDenied, "PERMISSION_DENIED");
  const refusing = clientOfPeer({
    importUsers() {
      throw refusal;
    },
  });
  let isLeft = false;
  async function* endless() {
    try {
      for (;;) yield { id: "a" };
    } finally {
      isLeft = true;
    }
  }
  await expect(refusing.users.importUsers(endless(), { batchSize: 5 })).rejects.toMatchObject({
    reason: "PERMISSION_DENIED",
  });
  await expect.poll(() => isLeft).toBe(true);
  async function* broken() {
    yield { id: "a" };
    throw new Error("no such file");
  }
  await expect(refusing.users.importUsers(broken())).rejects.toThrow("no such file");
  const leaving = new AbortController();
  const counting = clientOfPeer({ importUsers: ({ users: batch }) => ({ created: batch.length }) });
  const given = counting.users.importUsers(endless(), {
    batchSize: 5,
    signal: leaving.signal,
    onProgress: () => leaving.abort(),
  });
  await expect(given).rejects.toMatchObject({ name: expect.stringMatching(/AbortError|ConnectError/) });
});
