import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { loadConfig } from "../../src/config/load.ts";
import { watch } from "../rpc/changes/watcher.ts";
import { clientOf, failure, type Protocol } from "../support/clients.ts";
import { createFolder, testFolder } from "../support/folder.ts";
import { METRICS, metricsUrlOf, samplesOf } from "../support/metrics.ts";
import { runRoster, type ServerProcess, serverEnv, spawnServer } from "../support/process.ts";
import { spawnWithWorkers } from "../workers/workers.ts";

const folder = createFolder();
let server: ServerProcess;
beforeAll(async () => {
  server = await spawnServer(folder.path, { env: METRICS });
});
afterAll(async () => {
  await server.end("SIGTERM");
  folder.remove();
});

const samples = (from: Pick<ServerProcess, "output"> = server) => samplesOf(from);

function labels(method: string, more = "", type = "unary"): string {
  return `{grpc_type="${type}",grpc_service="roster.v1.UserService",grpc_method="${method}"${more}}`;
}

const ended = (method: string, code: string) => `grpc_server_handled_total${labels(method, `,grpc_code="${code}"`)}`;

test.each(["gRPC, its own port", "Connect, JSON, HTTP/1.1", "gRPC-Web, HTTP/2"] satisfies Protocol[])(
  "a call is counted by method and code, and so is the time it took: %s",
  async (protocol) => {
    const users = clientOf(UserService, server.url, server.secret, protocol);
    const before = await samples();
    const by = async (name: string) => ((await samples()).get(name) ?? 0) - (before.get(name) ?? 0);
    await users.listUsers({});
    await users.listUsers({});
    await failure(users.getUser({ key: { case: "id", value: "nobody" } }), Code.NotFound, "USER_NOT_FOUND");
    await failure(clientOf(UserService, server.url, "", protocol).getUser({}), Code.Unauthenticated, "API_KEY_INVALID");
    expect(await by(`grpc_server_started_total${labels("ListUsers")}`)).toBe(2);
    expect(await by(ended("ListUsers", "OK"))).toBe(2);
    expect(await by(ended("GetUser", "OK"))).toBe(0);
    expect(await by(ended("GetUser", "NotFound"))).toBe(1);
    expect(await by(ended("GetUser", "Unauthenticated"))).toBe(1);
    expect(await by(`grpc_server_handling_seconds_count${labels("ListUsers")}`)).toBe(2);
    expect(await by(`grpc_server_handling_seconds_bucket${labels("ListUsers", ',le="+Inf"')}`)).toBe(2);
    expect(await by(`grpc_server_handling_seconds_sum${labels("ListUsers")}`)).toBeGreaterThan(0);
  },
);

test("buckets of time hold what is in those below", async () => {
  await clientOf(UserService, server.url, server.secret).listUsers({});
  const buckets = [...(await samples())].filter(([name]) =>
    name.startsWith(`grpc_server_handling_seconds_bucket${labels("ListUsers").slice(0, -1)}`),
  );
  const counts = buckets.map(([, count]) => count);
  expect(counts).toHaveLength(15);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
});

test("a stream is open until it ends, and then counted like any call", async () => {
  const open = `roster_open_streams${labels("WatchUsers", "", "server_stream")}`;
  const users = clientOf(UserService, server.url, server.secret);
  const watchers = [watch(users, {}), watch(users, {})];
  await Promise.all(watchers.map((watcher) => watcher.next()));
  expect((await samples()).get(open)).toBe(2);
  for (const watcher of watchers) watcher.hangUp();
  await vi.waitFor(async () => expect((await samples()).get(open)).toBe(0), 10_000);
  const canceled = ended("WatchUsers", "Canceled").replace("unary", "server_stream");
  expect((await samples()).get(canceled)).toBe(2);
});

test("every method is there from the start, and so is Node itself", async () => {
  const names = [...(await samples()).keys()];
  const methods = UserService.methods.map(({ name }) => name);
  expect(methods.filter((method) => !names.some((name) => name.includes(`grpc_method="${method}",grpc_code="OK"`)))).toEqual(
    [],
  );
  expect(names).toEqual(
    expect.arrayContaining([
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "nodejs_eventloop_lag_p99_seconds",
    ]),
  );
});

test.each([
  ["GET", "/"],
  ["GET", "/metrics/more"],
  ["POST", "/metrics"],
  ["POST", "/roster.v1.UserService/ListUsers"],
])("the metrics port has nothing else: %s %s", async (method, path) => {
  expect((await fetch(new URL(path, metricsUrlOf(server)), { method })).status).toBe(404);
});

test("the ports of callers have no metrics, and without the setting there are none", async () => {
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  expect(loadConfig({}).metricsAddress).toBeUndefined();
});

test("a metrics port that is taken is told in one line, and nothing is served", async () => {
  const { host } = new URL(metricsUrlOf(server));
  const run = await runRoster(["serve", "--metrics-address", host], serverEnv(testFolder()));
  expect(run).toEqual({ code: 1, log: `roster: can't listen on ${host}: the port is taken\n`, output: "" });
});

test("the processes of one server share one page, each with a label of its own", async () => {
  const server = await spawnWithWorkers(testFolder(), 2, METRICS);
  await server.connections();
  const answered = async (worker: number) =>
    [...(await samples(server))].find(
      ([name]) =>
        name.startsWith("grpc_server_handled_total{") &&
        name.includes(`worker="${worker}"`) &&
        name.includes('"ListUserChanges",grpc_code="OK"'),
    )?.[1];
  // A page leaves out a worker that is too busy to answer.
  for (const worker of [1, 2]) await expect.poll(() => answered(worker)).toBeGreaterThan(0);
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
});
