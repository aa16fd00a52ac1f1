import { Code } from "@connectrpc/connect";
import { RosterError } from "@roster/client";
import { expect, test } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { secretKeyId } from "../../src/directory/keys/api-key.ts";
import { all } from "../rpc/setup.ts";
import { scimClient } from "../scim/setup.ts";
import { LONG } from "../support/bounds.ts";
import { clientOf, failure, type Protocol } from "../support/clients.ts";
import { type Collector, type ReceivedSpan, startCollector } from "../support/collector.ts";
import { testFolder } from "../support/folder.ts";
import { spawnServer } from "../support/process.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const traced = { headers: { traceparent: `00-${TRACE}-${PARENT}-01` } };

/** A server that sends at once what it has to tell. */
function spawnTelling({ url }: Collector, env: NodeJS.ProcessEnv = {}) {
  const settings = {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=ours",
    OTEL_BSP_SCHEDULE_DELAY: "50",
    OTEL_METRIC_EXPORT_INTERVAL: "500",
    ROSTER_LOG_LEVEL: "error",
  };
  return spawnServer(testFolder(), { env: { ...settings, ...env } });
}

/** The spans of calls of a method, once there are so many. */
async function callsOf(collector: Collector, method: string, count = 1): Promise<ReceivedSpan[]> {
  const found = () => collector.spans().filter(({ name }) => name === `roster.v1.UserService/${method}`);
  await expect.poll(() => found().length).toBe(count);
  return found();
}

function partsOf(collector: Collector, { spanId, start, end }: ReceivedSpan): ReceivedSpan[] {
  const parts = collector.spans().filter(({ parentSpanId }) => parentSpanId === spanId);
  // To a microsecond: that is as far as a float of so many goes.
  for (const part of parts) {
    expect(part.start).toBeGreaterThanOrEqual(start - 1);
    expect(part.end).toBeLessThanOrEqual(end + 1);
  }
  return parts.toSorted((a, b) => a.start - b.start);
}

test("calls are traced on both ports, with what they spend their time on, and errors name their traces", LONG, async () => {
  const collector = await startCollector();
  const resource = { OTEL_SERVICE_NAME: "directory", OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test" };
  const server = await spawnTelling(collector, resource);
  const ports: Protocol[] = ["gRPC, its own port", "Connect, JSON, HTTP/1.1", "gRPC-Web, HTTP/2", "gRPC, HTTP/2"];
  for (const [n, protocol] of ports.entries()) {
    const users = clientOf(UserService, server.url, server.secret, protocol);
    const { user } = await users.createUser({ user: { email: `ada.planted${n}@example.com` } }, traced);
    await users.getUser({ key: { case: "id", value: user?.id ?? "" } }, traced);
    const missing = await failure(users.getUser({ key: { case: "id", value: "nobody" } }), Code.NotFound, "USER_NOT_FOUND");
    await all(users.listUsersChunked({ chunkSize: 1 }, traced));
    const failed = (await callsOf(collector, "GetUser", 2 * (n + 1))).find(
      ({ traceId }) => traceId === RosterError.from(missing).callId,
    );
    expect(failed).toMatchObject({
      kind: 2,
      status: 0,
      attributes: {
        "rpc.system.name": protocol.startsWith("gRPC") ? "grpc" : "connectrpc",
        "rpc.method": "roster.v1.UserService/GetUser",
        "rpc.response.status_code": "NOT_FOUND",
        "error.type": "NOT_FOUND",
        "client.address": "127.0.0.1",
        "roster.reason": "USER_NOT_FOUND",
        "roster.account": "default",
        "roster.key": secretKeyId(server.secret),
      },
      resource: {
        "service.name": "directory",
        "deployment.environment.name": "test",
        "service.version": expect.any(String),
      },
    });
    expect(failed?.parentSpanId || undefined).toBeUndefined();
  }

  for (const call of await callsOf(collector, "CreateUser", ports.length)) {
    expect(call).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
    const parts = partsOf(collector, call);
    const own = ["wait for the commit group", "transaction", "encode"];
    expect(parts.map(({ name }) => name).filter((name) => own.includes(name))).toEqual(own);
    const transaction = parts.find(({ name }) => name === "transaction") ?? expect.fail();
    const statements = partsOf(collector, transaction);
    expect(statements).toContainEqual(
      expect.objectContaining({
        name: "INSERT users",
        attributes: expect.objectContaining({
          "db.collection.name": "users",
          "db.query.text": expect.stringContaining("insert into"),
        }),
      }),
    );
  }
  const read = (await callsOf(collector, "GetUser", 2 * ports.length)).filter(({ traceId }) => traceId === TRACE);
  expect(read).toHaveLength(ports.length);
  for (const call of read) {
    expect(partsOf(collector, call).map(({ name }) => name)).toEqual(expect.arrayContaining(["SELECT users", "encode"]));
  }
  const exported = await callsOf(collector, "ListUsersChunked", ports.length);
  for (const [n, { events, attributes }] of exported.toSorted((a, b) => a.start - b.start).entries()) {
    // The admin, those who have been created, and the summary.
    expect([events.length, attributes["roster.messages"]]).toEqual([n + 3, n + 3]);
    expect(events[0]).toEqual({ name: "rpc.message", attributes: { "rpc.message.type": "SENT", "rpc.message.id": 1 } });
  }
  await expect
    .poll(() => collector.points().filter(({ attributes }) => attributes["grpc_method"] === "CreateUser"))
    .toEqual(
      expect.arrayContaining([
        expect.objectContaining({ metric: "grpc_server_handled_total", value: ports.length }),
        expect.objectContaining({ metric: "grpc_server_handling_seconds", value: ports.length }),
      ]),
    );
  expect(collector.requests().map(({ headers }) => headers["x-tenant"])).not.toContain(undefined);
  expect(JSON.stringify(collector.spans())).not.toContain("ada.planted");
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
  expect(server.log()).toBe("");
});

test("workers trace what the sampler says, also of SCIM, and the primary sends the metrics of all", LONG, async () => {
  const collector = await startCollector();
  const server = await spawnTelling(collector, {
    ROSTER_WORKERS: "2",
    ROSTER_SCIM: "on",
    OTEL_TRACES_SAMPLER: "parentbased_always_off",
    OTEL_EXPORTER_OTLP_PROTOCOL: "",
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http/json",
  });
  const users = clientOf(UserService, server.url, server.secret);
  const alone = await failure(users.getUser({ key: { case: "id", value: "nobody" } }), Code.NotFound, "USER_NOT_FOUND");
  expect(RosterError.from(alone).callId).toMatch(/-/);
  await users.listUsers({}, traced);
  const scim = scimClient(server.url, server.secret);
  expect(await scim("POST", "/Users", { userName: "ada" }, traced.headers)).toMatchObject({ status: 201 });
  expect((await scim("GET", "/Users")).body).toMatchObject({ totalResults: 2 });
  const sent = () => collector.requests().filter(({ path }) => path === "/v1/traces");
  const listed = () => sent().find((request) => request.body.includes("UserService/ListUsers"));
  await expect.poll(listed).toBeDefined();
  const pushed = () => sent().find(({ body }) => body.includes("UserService/CreateUser") && body.includes("scim"));
  await expect.poll(pushed).toBeDefined();
  expect(pushed()?.body.includes(Buffer.from(TRACE, "hex"))).toBe(true);
  expect(listed()?.headers["content-type"]).toBe("application/x-protobuf");
  expect(listed()?.body.includes(Buffer.from(TRACE, "hex"))).toBe(true);
  const workers = () => new Set(collector.points().map(({ attributes }) => attributes["worker"]));
  await expect.poll(workers).toEqual(new Set(["primary", 1, 2]));
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
  expect(sent().some((request) => request.body.includes("UserService/GetUser"))).toBe(false);
});
