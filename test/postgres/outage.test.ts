import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { openStore } from "../../src/db/open.ts";
import { bootstrap } from "../../src/directory/accounts/bootstrap.ts";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { DAY } from "../../src/directory/values/clock.ts";
import { createLog } from "../../src/log.ts";
import { startServer } from "../../src/server/server.ts";
import { clientOf, failure } from "../support/clients.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { createSources } from "../support/sources.ts";

/** A PostgreSQL of this file alone, because it is stopped and started. */
let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.remove());

test("an outage of the database is UNAVAILABLE with RetryInfo and NOT_SERVING, and is over when it is over", async () => {
  const sources = createSources();
  const store = await openStore(`${postgres.url}/${postgres.template}`, sources);
  const secret = mintSecret(sources.newId("K"));
  await bootstrap(store, secret);
  const server = await startServer({
    store,
    now: sources.clock,
    log: createLog("silent"),
    http: { host: "127.0.0.1", port: 0 },
    corsOrigins: [],
    maxMessageBytes: 1024 * 1024,
    changeRetention: DAY,
    maxStreams: 100,
    drainTimeoutMs: 1_000,
  });
  const url = `http://127.0.0.1:${server.http.port}`;
  const users = clientOf(UserService, url, secret);
  const health = createClient(Health, createGrpcTransport({ baseUrl: url }));
  const { user } = await users.createUser({ user: { name: "Before" } });

  const statuses = health.watch({})[Symbol.asyncIterator]();
  expect((await statuses.next()).value?.status).toBe(Status.SERVING);
  await postgres.stop();
  const error = await failure(users.createUser({ user: { name: "During" } }), Code.Unavailable, "STORE_UNAVAILABLE");
  expect(error.findDetails(RetryInfoSchema)).toHaveLength(1);
  await failure(users.getUser({ key: { case: "id", value: user?.id ?? "" } }), Code.Unavailable, "STORE_UNAVAILABLE");
  expect((await statuses.next()).value?.status).toBe(Status.NOT_SERVING);
  expect((await health.check({})).status).toBe(Status.NOT_SERVING);

  await postgres.start();
  expect((await statuses.next()).value?.status).toBe(Status.SERVING);
  await users.createUser({ user: { name: "After" } });
  expect((await users.getUser({ key: { case: "id", value: user?.id ?? "" } })).user).toEqual(user);
  const { users: all } = await users.listUsers({});
  expect(all.map(({ name }) => name)).toEqual(["After", "Before", undefined]);
  await server.stop();
  await store.close();
});

test("a start without a database waits for it, and then says clearly what is wrong", async () => {
  await postgres.stop();
  const start = spawn(process.execPath, [join(import.meta.dirname, "../../src/main.ts"), "serve"], {
    env: {
      ...process.env,
      ROSTER_DATABASE_URL: `${postgres.url}/postgres`,
      ROSTER_DATABASE_WAIT: "1s",
      ROSTER_HTTP_ADDRESS: "127.0.0.1:0",
      ROSTER_GRPC_ADDRESS: "127.0.0.1:0",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  start.stderr.on("data", (data: Buffer) => {
    output += data.toString();
  });
  const [code] = await once(start, "close");
  await postgres.start();
  expect(code).toBe(1);
  expect(output).toContain("waiting for the database");
  expect(output.trim().split("\n").at(-1)).toMatch(
    /^roster: postgres:\/\/127.0.0.1:\d+\/postgres can't be used: .*ECONNREFUSED/,
  );
  expect(output).not.toContain("roster:roster@");
});
