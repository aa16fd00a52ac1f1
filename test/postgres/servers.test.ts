import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { ApiKeyRole } from "../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { openStore } from "../../src/db/open.ts";
import { DEFAULT_ACCOUNT } from "../../src/directory/accounts/account.ts";
import { createUser } from "../../src/directory/users/users.ts";
import { createClock, SECOND } from "../../src/directory/values/clock.ts";
import { clientOf, createKey, failure } from "../support/clients.ts";
import { administer } from "../support/postgres.ts";
import { startPeer, startTestServer, type TestServer } from "../support/server.ts";

/** Two servers, one database: what a caller sees must not depend on which one answers. */
let one: TestServer;
let two: TestServer;
/** How far the second server's clock is ahead, in microseconds: what would take seconds to pass is added. */
let ahead = 0;
const clock = createClock();

beforeAll(async () => {
  one = await startTestServer({ drainTimeoutMs: 500 });
  two = await startPeer(one, { drainTimeoutMs: 500, now: () => clock() + ahead });
});
afterAll(async () => {
  await two.stop();
  await one.stop();
});

const usersOf = (server: TestServer) => clientOf(UserService, server.url, server.secret);

test("what one server has acknowledged, the other one shows", async () => {
  const { user } = await usersOf(one).createUser({ user: { name: "Ada" } });
  const found = await usersOf(two).getUser({ key: { case: "id", value: user?.id ?? "" } });
  expect(found.user).toEqual(user);
});

test("parallel creates with one external id on two servers make one user", async () => {
  const calls = Array.from({ length: 50 }, (_, index) =>
    usersOf(index % 2 === 0 ? one : two).createUser({ user: { externalId: "shared" } }),
  );
  const answers = await Promise.all(calls);
  expect(new Set(answers.map(({ user }) => user?.id)).size).toBe(1);
  expect(answers.filter(({ created }) => created)).toHaveLength(1);
});

test("parallel merges on two servers all survive", async () => {
  const { user } = await usersOf(one).createUser({ user: { name: "Merged" } });
  const id = user?.id ?? "";
  await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      usersOf(index % 2 === 0 ? one : two).updateUser({
        user: { id, metadata: { [`key${index}`]: index } },
        metadataUpdate: 2,
      }),
    ),
  );
  const merged = await usersOf(two).getUser({ key: { case: "id", value: id } });
  expect(Object.keys(merged.user?.metadata ?? {})).toHaveLength(60);
  expect(merged.user?.version).toBe(61n);
});

test("revisions are in commit order: the second to ask gets the later one, though the first commits last", async () => {
  const order: string[] = [];
  let secondAsked: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    secondAsked = resolve;
  });
  const write = (server: TestServer, name: string, hold?: Promise<void>) =>
    server.store.write({ accountId: DEFAULT_ACCOUNT, apiKeyId: null, requestId: null }, async (tx) => {
      await createUser(tx, { superAdmin: false, role: "WRITER" }, { name });
      await hold;
      order.push(name);
      return tx.revision;
    });
  const before = await one.store.read(DEFAULT_ACCOUNT, async ({ account }) => account.revision);
  const holding = new Promise<number>((resolve, reject) => {
    one.store
      .write({ accountId: DEFAULT_ACCOUNT, apiKeyId: null, requestId: null }, async (tx) => {
        await createUser(tx, { superAdmin: false, role: "WRITER" }, { name: "First" });
        const second = write(two, "Second");
        second.then(resolve, reject);
        secondAsked();
        // The other server waits for this account; nobody sees a revision that is not committed.
        expect(await two.store.read(DEFAULT_ACCOUNT, async ({ account }) => account.revision)).toBe(before);
        order.push("First");
        return tx.revision;
      })
      .catch(reject);
  });
  await asked;
  expect(await holding).toBe(before + 2);
  expect(order).toEqual(["First", "Second"]);
});

test("a page token of one server opens on the other", async () => {
  await usersOf(one).importUsers({ users: Array.from({ length: 30 }, (_, index) => ({ id: `page-${index}` })) });
  const first = await usersOf(one).listUsers({ pageSize: 10 });
  const second = await usersOf(two).listUsers({ pageSize: 10, pageToken: first.nextPageToken });
  const back = await usersOf(one).listUsers({ pageSize: 10, pageToken: second.previousPageToken });
  expect(back.users).toEqual(first.users);
});

test("an export that began on one server goes on at the other, at the same revision, while both are written", async () => {
  const expected = new Map<string, string>();
  for await (const { users } of usersOf(one).listUsersChunked({})) {
    for (const { id, etag } of users) expected.set(id, etag);
  }
  const received = new Map<string, string>();
  let resumeToken = "";
  let count: bigint | undefined;
  for (let turn = 0; count === undefined; turn += 1) {
    const server = turn % 2 === 0 ? one : two;
    for await (const chunk of usersOf(server).listUsersChunked({ chunkSize: 7, resumeToken })) {
      for (const { id, etag } of chunk.users) {
        expect(received.has(id)).toBe(false);
        received.set(id, etag);
      }
      ({ resumeToken } = chunk);
      count = chunk.summary?.userCount;
      break;
    }
    const [anyone] = received.keys();
    await usersOf(turn % 3 === 0 ? one : two).updateUser({ user: { id: anyone ?? "", about: `turn ${turn}` } });
    await usersOf(two).upsertUser({ user: { id: `late-${turn}` } });
  }
  expect(received).toEqual(expected);
  expect(count).toBe(BigInt(expected.size));
});

test("a key whose user is suspended on one server is dead there at once, and on the other after 5 seconds", async () => {
  const { user } = await usersOf(one).createUser({ user: { name: "Caller" } });
  const secret = await createKey(one.url, one.secret, ApiKeyRole.READER, user?.id);
  await clientOf(UserService, two.url, secret).listUsers({});
  await usersOf(one).suspendUser({ id: user?.id ?? "" });
  await failure(clientOf(UserService, one.url, secret).listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
  ahead += 5 * SECOND;
  await failure(clientOf(UserService, two.url, secret).listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
});

test("migrations by several servers that start at once on an empty database run once", async () => {
  const postgres = inject("postgres");
  if (postgres === undefined) throw new Error("this needs PostgreSQL");
  const name = `${postgres.prefix}at_once`;
  await administer(postgres, `create database ${name}`);
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(`${postgres.url}/${name}`, one.sources)));
  expect(await Promise.all(stores.map((store) => store.listAccountIds("", 1)))).toEqual([[], [], [], []]);
  await Promise.all(stores.map((store) => store.close()));
});
