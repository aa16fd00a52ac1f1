import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { DEFAULT_ACCOUNT } from "../../src/directory/accounts/account.ts";
import { clientOf, demand, grpcPortOf, PROTOCOL_NAMES, rememberGrpcPort } from "../support/clients.ts";
import { createGate } from "../support/gate.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { fill } from "./fill.ts";

const USER_COUNT = 3_000;

/** Exports of 24 MB, one on each protocol. Each has got its first message, and the gates let hardly more through. */
async function heldExports({ url, secret }: TestServer) {
  await fill(clientOf(UserService, url, secret), USER_COUNT, 8_000);
  const exports = PROTOCOL_NAMES.map(async (protocol) => {
    const gate = await createGate(protocol === "gRPC, its own port" ? grpcPortOf(url) : url);
    rememberGrpcPort(gate.url, gate.url);
    void gate.holdAfter(2_000_000);
    const users = clientOf(UserService, gate.url, secret, protocol);
    const stream = users.listUsersChunked({ chunkSize: 100 })[Symbol.asyncIterator]();
    expect((await stream.next()).value?.users).toHaveLength(100);
    return { stream, release: gate.open };
  });
  return Promise.all(exports);
}

test("a drain ends streams after a whole message, with the reason and when to try again, on every protocol", async () => {
  const server = await startTestServer({ drainTimeoutMs: 60_000 });
  const exports = await heldExports(server);
  const stopped = server.stop();
  for (const { stream, release } of exports) {
    release();
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

test.each(PROTOCOL_NAMES)("a drain lets a unary call under way succeed: %s", async (protocol) => {
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

test("a drain waits for readers that stall until its timeout, and no longer", async () => {
  const server = await startTestServer({ drainTimeoutMs: 300 });
  await heldExports(server);
  const start = performance.now();
  await server.stop();
  const took = performance.now() - start;
  expect(took).toBeGreaterThan(290);
  expect(took).toBeLessThan(10_000);
});
