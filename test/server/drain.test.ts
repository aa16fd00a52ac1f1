import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { DEFAULT_ACCOUNT } from "../../src/directory/accounts/account.ts";
import { clientOf, demand, PROTOCOL_NAMES } from "../support/clients.ts";
import { startTestServer } from "../support/server.ts";
import { fill } from "./fill.ts";

const USER_COUNT = 3_000;

test("a drain ends streams after a whole message, with the reason and when to try again, on every protocol", async () => {
  const server = await startTestServer({ drainTimeoutMs: 60_000 });
  await fill(clientOf(UserService, server.url, server.secret), USER_COUNT, 8_000);
  const streams = PROTOCOL_NAMES.map((protocol) =>
    clientOf(UserService, server.url, server.secret, protocol).listUsersChunked({ chunkSize: 100 })[Symbol.asyncIterator](),
  );
  for (const stream of streams) {
    expect((await stream.next()).value?.users).toHaveLength(100);
  }
  const stopped = server.stop();
  for (const stream of streams) {
    let delivered = 100;
    const read = async () => {
      for (let next = await stream.next(); next.done !== true; next = await stream.next()) {
        expect(next.value.resumeToken).not.toBe("");
        delivered += next.value.users.length;
      }
    };
    const thrown: unknown = await read().catch((error: unknown) => error);
    const error = demand(thrown, Code.Unavailable, "SERVER_DRAINING");
    expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).toBe(1n);
    expect(delivered).toBeLessThan(USER_COUNT);
  }
  await stopped;
});

test.each(PROTOCOL_NAMES)("a drain lets a unary call under way end well: %s", async (protocol) => {
  const server = await startTestServer({ drainTimeoutMs: 60_000 });
  const release = Promise.withResolvers<void>();
  const holding = Promise.withResolvers<void>();
  const origin = { accountId: DEFAULT_ACCOUNT, apiKeyId: null, requestId: null };
  const holder = server.store.write(origin, () => {
    holding.resolve();
    return release.promise;
  });
  await holding.promise;
  const users = clientOf(UserService, server.url, server.secret, protocol);
  // Behind the holder: accepted, and not yet done.
  const created = users.createUser({ user: { name: "Ada" } });
  await users.listUsers({});
  const stopped = server.stop();
  release.resolve();
  await holder;
  expect((await created).created).toBe(true);
  await stopped;
});

test("a drain waits no longer than its timeout for a reader that stalls", async () => {
  const server = await startTestServer({ drainTimeoutMs: 300 });
  await fill(clientOf(UserService, server.url, server.secret), USER_COUNT, 8_000);
  const streams = PROTOCOL_NAMES.map((protocol) =>
    clientOf(UserService, server.url, server.secret, protocol).listUsersChunked({})[Symbol.asyncIterator](),
  );
  await Promise.all(streams.map((stream) => stream.next()));
  const start = performance.now();
  await server.stop();
  expect(performance.now() - start).toBeLessThan(5_000);
});
