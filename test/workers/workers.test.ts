import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AccountService } from "../../gen/roster/v1/account_service_pb.js";
import { ApiKeyRole, ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { AuditService } from "../../gen/roster/v1/audit_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { watchAudit } from "../rpc/audit/audit-watcher.ts";
import { watchFromNow } from "../rpc/changes/watcher.ts";
import { clientOf, createKey, demand, failure } from "../support/clients.ts";
import { createFolder } from "../support/folder.ts";
import { type ServerWithWorkers, spawnWithWorkers } from "./workers.ts";

/** What a caller sees must not depend on which of a server's processes answers. */
const WORKERS = 3;
const MAX_STREAMS = 9;

const folder = createFolder();
let server: ServerWithWorkers;
beforeAll(async () => {
  server = await spawnWithWorkers(folder.path, WORKERS, { ROSTER_MAX_STREAMS: String(MAX_STREAMS) });
});
afterAll(async () => {
  await server.end("SIGTERM");
  folder.remove();
});

const admin = () => clientOf(UserService, server.url, server.secret);
const keys = () => clientOf(ApiKeyService, server.url, server.secret);

test("the directory is set up once, and the greeting comes once", async () => {
  expect(server.output().match(/Roster is ready/g)).toHaveLength(1);
  expect(server.output()).toContain(`workers     ${WORKERS}\n`);
  expect((await admin().listUsers({})).users).toHaveLength(1);
});

test.each(["gRPC, HTTP/2", "gRPC, its own port"] as const)("all workers answer: %s", async (protocol) => {
  expect(await server.connections(server.secret, protocol)).toHaveLength(WORKERS);
  expect(server.workers().size).toBe(WORKERS);
});

describe("a key that every worker knows", () => {
  async function known(secret: string) {
    const connections = await server.connections(secret);
    const refused = (code: Code, reason: "API_KEY_INVALID" | "ACCOUNT_SUSPENDED") =>
      Promise.all(connections.map((users) => failure(users.listUsers({}), code, reason)));
    return { connections, refused };
  }

  test("is out everywhere at once when it is revoked, whichever worker does it", async () => {
    for (const revoking of await server.reachAll(keys, "WhoAmI", (client) => client.whoAmI({}))) {
      const secret = await createKey(server.url, server.secret, ApiKeyRole.READER);
      const { refused } = await known(secret);
      await revoking.revokeApiKey({ id: secret.split("_")[1] ?? "" });
      await refused(Code.Unauthenticated, "API_KEY_INVALID");
    }
  });

  test("is out everywhere at once when its user is suspended, and in again when it is activated", async () => {
    for (const users of await server.connections()) {
      const { user } = await users.createUser({ user: {} });
      const secret = await createKey(server.url, server.secret, ApiKeyRole.READER, user?.id);
      const { connections, refused } = await known(secret);
      await users.suspendUser({ id: user?.id ?? "" });
      await refused(Code.Unauthenticated, "API_KEY_INVALID");
      await users.activateUser({ id: user?.id ?? "" });
      for (const connection of connections) await connection.listUsers({});
    }
  });

  test("is out everywhere at once when its account is suspended", async () => {
    const accounts = clientOf(AccountService, server.url, server.secret);
    const { account } = await accounts.createAccount({ account: { name: "Tenant" } });
    const accountId = account?.id ?? "";
    const { user } = await admin().createUser({ accountId, user: {} });
    const { secret } = await keys().createApiKey({
      accountId,
      apiKey: { displayName: "Tenant's", role: ApiKeyRole.ADMIN, userId: user?.id ?? "" },
    });
    const { refused } = await known(secret);
    await accounts.suspendAccount({ accountId });
    await refused(Code.PermissionDenied, "ACCOUNT_SUSPENDED");
  });

  test("ends its streams everywhere when it is revoked", async () => {
    const secret = await createKey(server.url, server.secret, ApiKeyRole.READER);
    const { connections } = await known(secret);
    const watchers = await Promise.all(connections.map((users) => watchFromNow(users)));
    const start = performance.now();
    await keys().revokeApiKey({ id: secret.split("_")[1] ?? "" });
    for (const watcher of watchers) demand(await watcher.error(), Code.Unauthenticated, "API_KEY_INVALID");
    // Whoever is not told notices after four seconds.
    expect(performance.now() - start).toBeLessThan(3_500);
  });
});

test("watchers of every worker learn at once what any of them writes", async () => {
  const connections = await server.connections();
  const watchers = await Promise.all(connections.map((users) => watchFromNow(users)));
  const delays: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const userId = `seen-${round}`;
    const seen = watchers.map((watcher) => watcher.until(`CREATED ${userId} 1`));
    const start = performance.now();
    await connections[round % WORKERS]?.createUser({ userId, user: {} });
    await Promise.all(seen);
    delays.push(performance.now() - start);
  }
  for (const watcher of watchers) watcher.hangUp();
  // Whoever is not told looks once a second: then the later of two would mostly take longer than half of that.
  expect(delays.filter((delay) => delay < 500).length).toBeGreaterThan(10);
});

test("revisions have no gap and no repeat when all workers write", async () => {
  const connections = await server.connections();
  const { revision: before } = await admin().listUsers({ pageSize: 1 });
  const writers = [...connections, ...connections].map(async (users, writer) => {
    const revisions: bigint[] = [];
    for (let count = 0; count < 30; count += 1) {
      revisions.push((await users.createUser({ user: { about: `${writer}` } })).revision);
    }
    expect(revisions).toEqual(revisions.toSorted((a, b) => Number(a - b)));
    return revisions;
  });
  const revisions = (await Promise.all(writers)).flat().sort((a, b) => Number(a - b));
  expect(revisions).toEqual(revisions.map((_, index) => before + BigInt(index + 1)));
});

test("whoever follows the audit log on one worker gets what all of them write, in order and without a gap", async () => {
  const audit = clientOf(AuditService, server.url, server.secret);
  const watcher = watchAudit(audit, {});
  expect(await watcher.next()).toMatchObject({ entries: [], caughtUp: true });
  const [newest] = (await audit.listAuditEntries({ pageSize: 1 })).entries;
  const connections = await server.connections();
  const ids = connections.map((_, writer) => Array.from({ length: 10 }, (_, count) => `audited-${writer}-${count}`));
  const writers = connections.map(async (users, writer) => {
    for (const userId of ids[writer] ?? []) await users.createUser({ userId, user: {} });
  });
  await Promise.all(writers);
  const entries = await watcher.entries(ids.flat().length);
  watcher.hangUp();
  expect(entries.map(({ userId }) => userId).sort()).toEqual(ids.flat().sort());
  const first = (newest?.sequence ?? 0n) + 1n;
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => first + BigInt(index)));
});

test("parallel creates with one external id make one user", async () => {
  const connections = await server.connections();
  for (let round = 0; round < 5; round += 1) {
    const calls = [...connections, ...connections].map((users) => users.createUser({ user: { externalId: `x${round}` } }));
    const answers = await Promise.all(calls);
    expect(new Set(answers.map(({ user }) => user?.id)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
  }
});

test("of parallel uses of one nonce on all workers, one gets through", async () => {
  const connections = await server.connections();
  for (let round = 0; round < 5; round += 1) {
    const { nonce } = await keys().issueNonce({});
    const headers = { "roster-client-nonce": nonce };
    const calls = connections.map((users) => users.createUser({ user: {} }, { headers }));
    const outcomes = await Promise.allSettled(calls);
    const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(failures).toHaveLength(WORKERS - 1);
    for (const error of failures) demand(error, Code.FailedPrecondition, "NONCE_USED");
  }
});

test("each worker takes its share of the streams that the server may have open", async () => {
  const [users] = await server.connections();
  if (users === undefined) expect.fail("no worker");
  const share = MAX_STREAMS / WORKERS;
  const watchers = await Promise.all(Array.from({ length: share }, () => watchFromNow(users)));
  const more = users.watchUsers({})[Symbol.asyncIterator]();
  await failure(more.next(), Code.ResourceExhausted, "TOO_MANY_STREAMS");
  for (const watcher of watchers) watcher.hangUp();
});
