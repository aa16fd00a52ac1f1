import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, statSync } from "node:fs";
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { openStore } from "../../src/db/open.ts";
import { bootstrap } from "../../src/directory/accounts/bootstrap.ts";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { startServer } from "../../src/server/server.ts";
import { mountSmallDisk } from "../db/disk.ts";
import { LONG } from "../support/bounds.ts";
import { clientOf, demand, failure } from "../support/clients.ts";
import { COMMAND } from "../support/command.ts";
import { collectLog, logLines } from "../support/log.ts";
import { administer, type PostgresServer, startPostgres, withClient } from "../support/postgres.ts";
import { PLAIN_SERVER } from "../support/server-options.ts";
import { createSources } from "../support/sources.ts";

/** A PostgreSQL of this file alone, because it is stopped and started. */
let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.remove());

/** A server on a database of its own, and what a test asks of it. */
async function serve() {
  const sources = createSources();
  const name = `served_${randomBytes(4).toString("hex")}`;
  await administer(postgres, `create database ${name} template ${postgres.template}`);
  const store = await openStore(`${postgres.url}/${name}`, sources);
  const secret = mintSecret(sources.newId("K"));
  await bootstrap(store, secret);
  const { log, lines } = collectLog();
  const server = await startServer({
    ...PLAIN_SERVER,
    store,
    now: sources.clock,
    log,
  });
  const url = `http://127.0.0.1:${server.http.port}`;
  return {
    name,
    store,
    lines,
    users: clientOf(UserService, url, secret),
    health: createClient(Health, createGrpcTransport({ baseUrl: url })),
    async stop() {
      await server.stop();
      await store.close();
    },
  };
}

test("an outage of the database is UNAVAILABLE with RetryInfo and NOT_SERVING, and is over when it is over", async () => {
  const { store, users, health, lines, stop } = await serve();
  const { user } = await users.createUser({ user: { name: "Before" } });

  const statuses = health.watch({})[Symbol.asyncIterator]();
  expect((await statuses.next()).value?.status).toBe(Status.SERVING);
  await postgres.stop();
  const created = store.createAccount({ id: "during", name: "", slug: "during", metadata: {} }, async () => true);
  await expect(created).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
  const error = await failure(users.createUser({ user: { name: "During" } }), Code.Unavailable, "STORE_UNAVAILABLE");
  expect(error.rawMessage).toBe("the database can't be reached; try again");
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
  await stop();
  expect(lines()).toMatchObject([
    { level: 50, msg: "the database does not answer", cause: expect.stringMatching(/\S/) },
    { level: 30, msg: "the database answers again" },
  ]);
});

test("a database that has become read-only takes no writes, is told once, and goes on serving reads", LONG, async () => {
  const { users, health, lines, stop } = await serve();
  const { user } = await users.createUser({ user: { name: "Before" } });
  const setReadOnly = async (value: "on" | "off") => {
    await administer(postgres, `alter system set default_transaction_read_only = ${value}`);
    await administer(postgres, "select pg_reload_conf()");
  };
  const refused = async () => {
    const error = await failure(users.createUser({ user: { name: "During" } }), Code.Unavailable, "STORE_UNAVAILABLE");
    expect(error.rawMessage).toBe("the database can't be written; try again");
  };
  await setReadOnly("on");
  onTestFinished(() => setReadOnly("off"));
  await vi.waitFor(refused, 10_000);
  await vi.waitFor(async () => {
    await refused();
    expect(lines()).toHaveLength(1);
  }, 10_000);
  for (let calls = 0; calls < 10; calls += 1) await refused();
  expect((await users.getUser({ key: { case: "id", value: user?.id ?? "" } })).user).toEqual(user);
  expect((await health.check({})).status).toBe(Status.SERVING);

  await setReadOnly("off");
  await vi.waitFor(() => expect(lines()).toHaveLength(2), 15_000);
  await users.createUser({ user: { name: "After" } });
  await stop();
  expect(lines()).toMatchObject([
    { level: 50, msg: "the database can't be written; reads go on", cause: expect.stringContaining("(25006)") },
    { level: 30, msg: "the database can be written again" },
  ]);
});

test("a database whose disk is full takes no writes, and takes them again when there is room", LONG, async ({ skip }) => {
  const disk = mountSmallDisk(16 * 1024 * 1024);
  if (disk === undefined) return skip("needs the right to mount");
  const { uid, gid } = statSync(postgres.folder);
  chownSync(disk, uid, gid);
  const { name, users, lines, stop } = await serve();
  await users.createUser({ user: { name: "Before" } });
  await administer(postgres, `create tablespace small location '${disk}'`);
  await withClient(`${postgres.url}/${name}`, (client) => client.query("alter table users set tablespace small"));
  onTestFinished(async () => {
    await administer(postgres, `drop database ${name} with (force)`);
    await administer(postgres, "drop tablespace small");
  });
  // Random, or PostgreSQL would compress them.
  const large = Array.from({ length: 50 }, () => ({ about: randomBytes(6_000).toString("hex") }));
  await vi.waitFor(async () => {
    const error = await users.importUsers({ users: large }).catch((thrown: unknown) => thrown);
    demand(error, Code.Unavailable, "STORE_UNAVAILABLE");
    expect(error).toMatchObject({ rawMessage: "the database can't be written; try again" });
  }, 30_000);
  await vi.waitFor(() => expect(lines()).toHaveLength(1), 10_000);
  await withClient(`${postgres.url}/${name}`, (client) => client.query("alter table users set tablespace pg_default"));
  await vi.waitFor(() => expect(lines()).toHaveLength(2), 15_000);
  await users.importUsers({ users: large });
  await stop();
  expect(lines()).toMatchObject([
    { level: 50, msg: "the database can't be written; reads go on", cause: expect.stringContaining("(53100)") },
    { level: 30, msg: "the database can be written again" },
  ]);
});

test("a start without a database waits for it, and then says clearly what is wrong", async () => {
  await postgres.stop();
  const start = spawn(process.execPath, [COMMAND, "serve"], {
    env: {
      ...process.env,
      ROSTER_DATABASE_URL: `${postgres.url}/postgres`,
      ROSTER_DATABASE_WAIT: "3s",
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
  expect(logLines(output)).toEqual([
    expect.objectContaining({ level: 40, msg: "waiting for the database", cause: expect.stringContaining("ECONNREFUSED") }),
  ]);
  expect(output).not.toContain("    at ");
  expect(output.trim().split("\n").at(-1)).toMatch(
    /^roster: postgres:\/\/127.0.0.1:\d+\/postgres can't be used: .*ECONNREFUSED/,
  );
  expect(output).not.toContain("roster:roster@");
});
