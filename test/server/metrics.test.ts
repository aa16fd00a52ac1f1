import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ApiKeyRole } from "../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { loadConfig } from "../../src/config/load.ts";
import { keysOf } from "../../src/directory/values/records.ts";
import { DEFINITIONS, definitionOf } from "../../src/metrics/definitions.ts";
import { watch } from "../rpc/changes/watcher.ts";
import { servicesOf } from "../rpc/services.ts";
import { LONG } from "../support/bounds.ts";
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
  const open = `roster_open_streams${labels("WatchUsers", ',age="0-1m"', "server_stream")}`;
  const users = clientOf(UserService, server.url, server.secret);
  const watchers = [watch(users, {}), watch(users, {})];
  await Promise.all(watchers.map((watcher) => watcher.next()));
  expect((await samples()).get(open)).toBe(2);
  for (const watcher of watchers) watcher.hangUp();
  await vi.waitFor(async () => expect((await samples()).get(open)).toBe(0), 10_000);
  const canceled = ended("WatchUsers", "Canceled").replace("unary", "server_stream");
  expect((await samples()).get(canceled)).toBe(2);
});

test("errors are counted by their reason, refused keys by a cause that callers are not told", async () => {
  const { users, keys } = servicesOf(server.url, server.secret);
  const before = await samples();
  const by = async (name: string) => ((await samples()).get(name) ?? 0) - (before.get(name) ?? 0);
  const { secret, apiKey } = await keys().createApiKey({ apiKey: { displayName: "Refused", role: ApiKeyRole.READER } });
  const refused = async (shown: string) =>
    failure(servicesOf(server.url, shown).users().listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
  await keys().revokeApiKey({ id: apiKey?.id ?? "" });
  for (const shown of [secret, "", "no-key", `${server.secret.slice(0, -3)}AAA`]) await refused(shown);
  await failure(users().getUser({ key: { case: "id", value: "nobody" } }), Code.NotFound, "USER_NOT_FOUND");
  for (const cause of ["key_revoked", "missing", "malformed", "key_unknown"]) {
    expect([cause, await by(`roster_authentication_failures_total{cause="${cause}"}`)]).toEqual([cause, 1]);
  }
  expect(await by('roster_errors_total{reason="API_KEY_INVALID"}')).toBe(4);
  expect(await by('roster_errors_total{reason="USER_NOT_FOUND"}')).toBe(1);
  expect((await samples()).get('roster_errors_total{reason="INTERNAL"}')).toBe(0);
});

test("calls over a rate limit are counted by whose limit it is, and messages that it delays", async () => {
  const { keys } = servicesOf(server.url, server.secret);
  const apiKey = { displayName: "Limited", role: ApiKeyRole.READER, rateLimit: { perSecond: 1, burst: 1 } };
  const { secret } = await keys().createApiKey({ apiKey });
  const { users } = servicesOf(server.url, secret);
  const watcher = watch(users(), {});
  await watcher.next();
  const calls = await Promise.allSettled(Array.from({ length: 10 }, () => users().listUsers({})));
  watcher.hangUp();
  const refused = calls.filter(({ status }) => status === "rejected").length;
  expect(refused).toBeGreaterThan(0);
  const hit = async (effect: string) =>
    (await samples()).get(`roster_rate_limits_hit_total{limit="key",effect="${effect}"}`);
  expect(await hit("delayed")).toBeGreaterThan(0);
  expect(await hit("refused")).toBe(refused);
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

test("every metric of the manual is shown, with its labels, and no other", async () => {
  const labelsByName = new Map<string, string[]>();
  for (const sample of (await samples()).keys()) {
    const [, name = "", labels = ""] = /^(\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})?$/.exec(sample) ?? [];
    if (/^(roster|grpc)_/.test(name))
      labelsByName.set(
        name,
        [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label ?? ""),
      );
  }
  const defined = keysOf(DEFINITIONS).filter((name) => !/^roster_(database_pool|replica|workers)_/.test(name));
  expect([...labelsByName.keys()].toSorted()).toEqual(defined.toSorted());
  for (const name of defined) {
    const { type, labels } = definitionOf(name);
    const shown = labelsByName.get(name)?.filter((label) => label !== "le");
    expect([name, shown?.toSorted()]).toEqual([name, labels.toSorted()]);
    expect(name.endsWith("_total")).toBe(type === "counter");
  }
});

test("the processes of one server share one page, each with a label of its own", LONG, async () => {
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
  // The database as a whole is shown once.
  await expect.poll(async () => (await samples(server)).get('roster_accounts{worker="primary"}')).toBe(1);
  expect([...(await samples(server)).keys()].filter((name) => name.startsWith("roster_accounts"))).toHaveLength(1);
  const [[, pid]] = [...server.workers()] as [[number, number]];
  process.kill(pid, "SIGKILL");
  await expect.poll(async () => (await samples(server)).get('roster_workers_ended_total{worker="primary"}')).toBe(1);
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
});
