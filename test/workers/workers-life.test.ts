import { once } from "node:events";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test, vi } from "vitest";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.js";
import { ApiKeyRole, ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { type TestWatcher, watchFromNow } from "../rpc/changes/watcher.ts";
import { createSelfSigned } from "../support/certificates.ts";
import { clientOf, createKey, demand, failure } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { runRoster, serverEnv, spawnServer } from "../support/process.ts";
import { isAlive, type ServerWithWorkers, spawnWithWorkers } from "./workers.ts";

const allGone = (server: ServerWithWorkers) => [...server.workers().values()].every((pid) => !isAlive(pid));

/** A watch and a health watch on each worker. */
async function watchAll(server: ServerWithWorkers) {
  const watchers: TestWatcher[] = [];
  for (const users of await server.connections()) watchers.push(await watchFromNow(users));
  const health = clientOf(Health, server.url, undefined);
  const statuses: Array<Status | undefined> = [];
  const watching = (async () => {
    for await (const { status } of health.watch({ service: "" })) statuses.push(status);
  })();
  await vi.waitFor(() => expect(statuses).toEqual([Status.SERVING]), 10_000);
  return {
    async ended() {
      for (const watcher of watchers) demand(await watcher.error(), Code.Unavailable, "SERVER_DRAINING");
      await watching;
      expect(statuses).toEqual([Status.SERVING, Status.NOT_SERVING]);
    },
  };
}

test.each(["SIGTERM", "SIGINT"] as const)("%s to the primary ends all workers in good order", async (signal) => {
  const server = await spawnWithWorkers(testFolder(), 2, { ROSTER_DRAIN_TIMEOUT: "60s" });
  const watched = await watchAll(server);
  const end = server.end(signal);
  await watched.ended();
  expect(await end).toEqual({ code: 0, signal: null });
  expect(allGone(server)).toBe(true);
});

test("workers whose primary is killed let calls end in good order, and go", async () => {
  const server = await spawnWithWorkers(testFolder(), 2, { ROSTER_DRAIN_TIMEOUT: "60s" });
  const watched = await watchAll(server);
  const end = server.end("SIGKILL");
  await watched.ended();
  expect(await end).toEqual({ code: null, signal: "SIGKILL" });
  await vi.waitFor(() => expect(allGone(server)).toBe(true), 10_000);
});

test.runIf(process.platform === "linux")("workers that answer a primary that has been killed go in good order", async () => {
  const server = await spawnWithWorkers(testFolder(), 2);
  const workers = [...server.workers().values()];
  for (const pid of workers) process.kill(pid, "SIGSTOP");
  const openFiles = () => readdirSync(`/proc/${server.child.pid}/fd`).length;
  const before = openFiles();
  const { hostname, port } = new URL(server.url);
  const callers = workers.map(() => connect(Number(port), hostname).on("error", () => {}));
  // The primary has handed each connection to a worker, and waits for its answer.
  await expect.poll(openFiles).toBeGreaterThanOrEqual(before + callers.length);
  const exited = once(server.child, "exit");
  const end = server.end("SIGKILL");
  await exited;
  for (const caller of callers) caller.destroy();
  for (const pid of workers) process.kill(pid, "SIGCONT");
  expect(await end).toEqual({ code: null, signal: "SIGKILL" });
  await vi.waitFor(() => expect(allGone(server)).toBe(true), 10_000);
  expect(server.log()).not.toContain("Unhandled");
});

test("a second signal ends all at once, whatever they are at", async () => {
  const server = await spawnWithWorkers(testFolder(), 2, { ROSTER_DRAIN_TIMEOUT: "60s" });
  for (const pid of server.workers().values()) process.kill(pid, "SIGSTOP");
  server.child.kill("SIGTERM");
  await vi.waitFor(() => expect(server.log()).toContain("draining"), 10_000);
  expect(await server.end("SIGINT")).toEqual({ code: 1, signal: null });
  await vi.waitFor(() => expect(allGone(server)).toBe(true), 10_000);
});

test("a worker that is killed is replaced; the others serve on, and nothing acknowledged is lost", async () => {
  const server = await spawnWithWorkers(testFolder(), 2);
  const acknowledged: string[] = [];
  const enough = new AbortController();
  const writers = (await server.connections()).map(async (users) => {
    while (!enough.signal.aborted) {
      const { user } = await users.createUser({ user: {} });
      acknowledged.push(user?.id ?? "");
    }
  });
  const outcomes = Promise.allSettled(writers);
  await expect.poll(() => acknowledged.length).toBeGreaterThan(20);
  const [killed = 0] = server.workers().values();
  process.kill(killed, "SIGKILL");
  await expect.poll(() => server.workers().size).toBe(3);
  const before = acknowledged.length;
  await expect.poll(() => acknowledged.length).toBeGreaterThan(before + 20);
  enough.abort();
  expect((await outcomes).map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(server.logged("a worker has ended; another takes its place")).toMatchObject([{ worker: 1, signal: "SIGKILL" }]);

  const stored = new Set<string>();
  for (const users of await server.connections()) {
    for await (const chunk of users.listUsersChunked({})) for (const { id } of chunk.users) stored.add(id);
  }
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  await server.end("SIGTERM");
});

test("a worker that can't start again is tried at longer and longer intervals, while the others serve", async () => {
  const folder = testFolder();
  const { files } = createSelfSigned(folder, "localhost");
  const server = await spawnWithWorkers(folder, 2, { ROSTER_TLS_CERTIFICATE: files.certificate, ROSTER_TLS_KEY: files.key });
  rmSync(files.key);
  const [killed = 0] = server.workers().values();
  process.kill(killed, "SIGKILL");
  const pauses = () => server.logged("a worker has ended; another takes its place").map(({ pause }) => Number(pause));
  await expect.poll(() => pauses().length, { timeout: 15_000 }).toBeGreaterThanOrEqual(4);
  const [, second = 0, third, fourth] = pauses();
  expect([second >= 100, third, fourth]).toEqual([true, second * 2, second * 4]);
  expect(server.log()).toContain("ROSTER_TLS_KEY");
  expect([...server.workers().values()].filter(isAlive)).toHaveLength(1);
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
});

test("a port that is taken, or a database that is none, ends the whole server, and is told once", async () => {
  const other = await spawnServer(testFolder());
  const { host } = new URL(other.url);
  const env = { ...serverEnv(testFolder()), ROSTER_WORKERS: "3" };
  expect(await runRoster(["serve", "--http-address", host], env)).toEqual({
    code: 1,
    log: `roster: can't listen on ${host}: the port is taken\n`,
    output: "",
  });
  await other.end("SIGTERM");
  const path = join(testFolder(), "roster.db");
  writeFileSync(path, "no database ".repeat(1_000));
  const { code, log } = await runRoster(["serve"], { ...env, ROSTER_DATABASE_URL: `sqlite:${path}` });
  expect({ code, log }).toEqual({
    code: 1,
    log: expect.stringMatching(/^roster: .*file is not a database \(SQLITE_NOTADB\)\n$/),
  });
});

test("a worker that does not answer holds a revocation up for as long as it may trust a key, and no longer", async () => {
  const server = await spawnWithWorkers(testFolder(), 2);
  const secret = await createKey(server.url, server.secret, ApiKeyRole.READER);
  const connections = await server.connections(secret);
  const keys = clientOf(ApiKeyService, server.url, server.secret, "gRPC, HTTP/2");
  const answering = await server.answering("WhoAmI", () => keys.whoAmI({}));
  const [, stuck = 0] = [...server.workers()].find(([worker]) => worker !== answering) ?? [];
  process.kill(stuck, "SIGSTOP");
  const start = performance.now();
  await keys.revokeApiKey({ id: secret.split("_")[1] ?? "" });
  const took = performance.now() - start;
  process.kill(stuck, "SIGCONT");
  expect(took).toBeGreaterThan(4_000);
  expect(took).toBeLessThan(10_000);
  for (const users of connections) await failure(users.listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
  await server.end("SIGTERM");
});

test("a worker that is told to end by itself does so in good order, and is replaced", async () => {
  const server = await spawnWithWorkers(testFolder(), 2);
  const [pid = 0] = server.workers().values();
  process.kill(pid, "SIGTERM");
  await expect.poll(() => server.workers().size).toBe(3);
  expect(server.logged("a worker has ended; another takes its place")).toMatchObject([{ code: 0 }]);
  const users = clientOf(UserService, server.url, server.secret);
  await users.listUsers({}).catch((error: unknown) => expect.fail(ConnectError.from(error).message));
  await server.end("SIGTERM");
});
