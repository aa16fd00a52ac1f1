import { setTimeout } from "node:timers/promises";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { DEFAULT_ACCOUNT } from "../../src/directory/accounts/account.ts";
import { clientOf, demand } from "../support/clients.ts";
import { GRPC_PORTS, openPulledStream } from "../support/pulled-stream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { SLOW_ABOUT, SLOW_FILTER } from "../support/slow-filter.ts";
import { fill } from "./fill.ts";
import { call, WIRE_NAMES } from "./wire.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await fill(clientOf(UserService, server.url, server.secret), 4_000);
});
afterAll(() => server.stop());

async function countUsers(): Promise<bigint | undefined> {
  return (await clientOf(UserService, server.url, server.secret).listUsers({ includeTotal: true })).totalSize;
}

describe.each(WIRE_NAMES)("%s", (wire) => {
  const isJson = wire === "Connect, JSON";
  const create = { method: "UserService/CreateUser", message: isJson ? '{"user":{}}' : Buffer.from("1a00", "hex") };

  test("does nothing for a call whose deadline has passed", async () => {
    const before = await countUsers();
    const { error } = await call(wire, server.url, { ...create, secret: server.secret, timeoutMs: 0 });
    demand(error, Code.DeadlineExceeded, "DEADLINE_EXCEEDED");
    expect(await countUsers()).toBe(before);
  });

  test("does nothing for a write whose deadline passes while it waits for another", async () => {
    const before = await countUsers();
    const release = Promise.withResolvers<void>();
    const origin = { accountId: DEFAULT_ACCOUNT, apiKeyId: null, requestId: null };
    const holder = server.store.write(origin, () => release.promise);
    const writes = vi.spyOn(server.store, "write");
    onTestFinished(() => writes.mockRestore());
    const waiting = call(wire, server.url, { ...create, secret: server.secret, timeoutMs: 50 });
    await expect.poll(() => writes.mock.calls.length).toBe(1);
    await setTimeout(50);
    release.resolve();
    await holder;
    demand((await waiting).error, Code.DeadlineExceeded, "DEADLINE_EXCEEDED");
    expect(await countUsers()).toBe(before);
  });

  test("ignores a deadline that is years away", async () => {
    for (const far of [
      { "grpc-timeout": "99999999S", "connect-timeout-ms": "9999999999" },
      { "grpc-timeout": "99999999H", "connect-timeout-ms": "2147483648" },
    ]) {
      const request = {
        method: "UserService/ListUsersChunked",
        stream: true,
        message: isJson ? "{}" : "",
        secret: server.secret,
      };
      expect((await call(wire, server.url, { ...request, headers: far })).error).toBeUndefined();
    }
  });

  test("refuses a malformed deadline", async () => {
    for (const text of ["-1", "abc", "1.5", "99999999999999S", "", "1 S"]) {
      const headers = { "grpc-timeout": text, "connect-timeout-ms": text };
      const { error } = await call(wire, server.url, { ...create, headers, secret: server.secret });
      demand(error, Code.InvalidArgument, "REQUEST_MALFORMED");
    }
  });
});

test("a stream ends at its deadline, after what was sent in time", async () => {
  const method = { method: "UserService/WatchUsers", stream: true, secret: server.secret };
  const calls = WIRE_NAMES.map(async (wire) => {
    const message = wire === "Connect, JSON" ? "{}" : "";
    const { messages, error } = await call(wire, server.url, { ...method, message, timeoutMs: 3_000 });
    expect({ wire, count: messages.length }).toEqual({ wire, count: 1 });
    demand(error, Code.DeadlineExceeded, "DEADLINE_EXCEEDED");
  });
  await Promise.all(calls);
});

test.each(GRPC_PORTS)("a stream whose reader stalls ends at its deadline, too: %s", async (port) => {
  const deadline = { "grpc-timeout": "500m" };
  const stream = openPulledStream(server, port, UserService.method.listUsersChunked, { chunkSize: 1 }, deadline);
  await stream.next();
  await setTimeout(500);
  demand(await stream.error(), Code.DeadlineExceeded, "DEADLINE_EXCEEDED");
});

test("a long list whose deadline passes while it waits for others is not read", async () => {
  const accountId = "slow";
  const users = clientOf(UserService, server.url, server.secret);
  await server.store.createAccount({ id: accountId, name: "", slug: accountId, metadata: {} }, async () => true);
  await users.importUsers({ accountId, users: Array.from({ length: 500 }, () => ({ about: SLOW_ABOUT })) });
  const [release, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holder = server.store.scan(accountId, async () => {
    held.resolve();
    await release.promise;
  });
  await held.promise;
  const late = Array.from({ length: 10 }, () => users.listUsers({ accountId, filter: SLOW_FILTER }, { timeoutMs: 100 }));
  for (const outcome of await Promise.allSettled(late)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: Code.DeadlineExceeded } });
  }
  let listed = false;
  const listing = users.listUsers({ accountId, includeTotal: true }).finally(() => {
    listed = true;
  });
  release.resolve();
  await holder;
  // Ten long lists would take seconds.
  for (let calls = 0; calls < 100; calls += 1) await users.listUsers({ pageSize: 1 });
  expect(listed).toBe(true);
  expect((await listing).totalSize).toBe(500n);
});
