import { create } from "@bufbuild/protobuf";
import { Code, createHandlerContext } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus as Status,
} from "../../gen/grpc/health/v1/health_pb.js";
import { createLog } from "../../src/log.ts";
import { Meter } from "../../src/metrics/meter.ts";
import { monitorDatabase } from "../../src/server/database-monitor.ts";
import { healthService } from "../../src/server/health.ts";
import { clientOf, failure, PROTOCOL_NAMES } from "../support/clients.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const SERVICES = [
  "",
  "roster.v1.UserService",
  "roster.v1.ApiKeyService",
  "roster.v1.ServerService",
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe.each(PROTOCOL_NAMES)("%s", (protocol) => {
  test("the server and each of its services are serving", async () => {
    const health = clientOf(Health, server.url, undefined, protocol);
    for (const service of SERVICES) {
      expect(await health.check({ service })).toMatchObject({ status: Status.SERVING });
    }
    const { statuses } = await health.list({});
    expect(Object.keys(statuses)).toEqual(expect.arrayContaining(SERVICES));
    expect(Object.values(statuses).every(({ status }) => status === Status.SERVING)).toBe(true);
  });

  test("an unknown service is not found", async () => {
    const health = clientOf(Health, server.url, undefined, protocol);
    await failure(health.check({ service: "nobody.v1.NoService" }), Code.NotFound, "SERVICE_UNKNOWN");
  });

  test("a watch of an unknown service says so, and goes on", async () => {
    const health = clientOf(Health, server.url, undefined, protocol);
    const gone = new AbortController();
    const watch = health.watch({ service: "nobody.v1.NoService" }, { signal: gone.signal })[Symbol.asyncIterator]();
    expect((await watch.next()).value?.status).toBe(Status.SERVICE_UNKNOWN);
    const next = watch.next();
    gone.abort();
    await expect(next).rejects.toMatchObject({ code: Code.Canceled });
  });

  test("a watch says when the server drains, and ends", async () => {
    const own = await startTestServer();
    const watch = clientOf(Health, own.url, undefined, protocol).watch({})[Symbol.asyncIterator]();
    expect((await watch.next()).value?.status).toBe(Status.SERVING);
    const stopped = own.stop();
    expect((await watch.next()).value?.status).toBe(Status.NOT_SERVING);
    expect((await watch.next()).done).toBe(true);
    await stopped;
  });
});

test("a watch that begins after its deadline ends with it", async () => {
  const monitor = monitorDatabase(server.store, createLog("silent"), new Meter());
  onTestFinished(() => monitor.stop());
  const { watch } = healthService(monitor, [], new AbortController().signal, createLog("silent"));
  const late = createHandlerContext({
    ...{ service: Health, method: Health.method.watch, protocolName: "grpc", requestMethod: "POST", url: "http://roster" },
    timeoutMs: 0,
  });
  const answers = watch(create(HealthCheckRequestSchema), late)[Symbol.asyncIterator]();
  await expect(answers.next()).rejects.toMatchObject({ code: Code.DeadlineExceeded });
});

test("a server without its database is not serving, and a watch says so", async () => {
  const own = await startTestServer();
  const health = clientOf(Health, own.url, undefined);
  const watch = health.watch({})[Symbol.asyncIterator]();
  expect((await watch.next()).value?.status).toBe(Status.SERVING);
  await own.store.close();
  expect(await health.check({})).toMatchObject({ status: Status.NOT_SERVING });
  expect((await watch.next()).value?.status).toBe(Status.NOT_SERVING);
  expect((await health.list({})).statuses[""]?.status).toBe(Status.NOT_SERVING);
  const stopped = own.stop();
  expect((await watch.next()).done).toBe(true);
  await stopped;
});
