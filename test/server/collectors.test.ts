import { type MethodDefinition, Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { LONG } from "../support/bounds.ts";
import { clientOf } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { spawnServer } from "../support/process.ts";

const SETTINGS = {
  OTEL_BSP_SCHEDULE_DELAY: "50",
  OTEL_METRIC_EXPORT_INTERVAL: "500",
  OTEL_METRIC_EXPORT_TIMEOUT: "400",
  OTEL_EXPORTER_OTLP_TIMEOUT: "400",
};

test("traces and metrics go to a collector by gRPC", LONG, async () => {
  const collector = await startGrpcCollector();
  const env = { ...SETTINGS, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" };
  const server = await spawnServer(testFolder(), { env });
  await clientOf(UserService, server.url, server.secret).listUsers({});
  await expect.poll(() => collector.received("trace").includes("roster.v1.UserService/ListUsers")).toBe(true);
  await expect.poll(() => collector.received("metrics").includes("grpc_server_handled_total")).toBe(true);
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
});

test(
  "a collector that can't be reached keeps no call waiting and no server from ending, and the log says so",
  LONG,
  async () => {
    const env = {
      ...SETTINGS,
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      ROSTER_LOG_LEVEL: "warn",
    };
    const server = await spawnServer(testFolder(), { env });
    const users = clientOf(UserService, server.url, server.secret);
    const { user } = await users.createUser({ user: { name: "Ada" } });
    await expect.poll(() => server.log()).toMatch(/"cause":"[^"]*ECONNREFUSED[^"]*","msg":"telemetry"/);
    expect((await users.getUser({ key: { case: "id", value: user?.id ?? "" } })).user).toEqual(user);
    expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
    expect(server.log()).not.toMatch(/"level":[56]0/);
  },
);

/** A collector of which only the text of what it was sent is known. */
async function startGrpcCollector() {
  const bodies = new Map<string, Buffer[]>();
  const server = new Server();
  for (const [signal, service] of [
    ["trace", "TraceService"],
    ["metrics", "MetricsService"],
  ] as const) {
    const path = `/opentelemetry.proto.collector.${signal}.v1.${service}/Export`;
    const received: Buffer[] = [];
    bodies.set(signal, received);
    const implementation: UntypedServiceImplementation = {
      export(call: { readonly request: Buffer }, answer: (error: null, response: Buffer) => void) {
        received.push(call.request);
        answer(null, Buffer.alloc(0));
      },
    };
    server.addService({ export: bytesMethod(path) }, implementation);
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return {
    url: `http://127.0.0.1:${port}`,
    received: (signal: "trace" | "metrics") => Buffer.concat(bodies.get(signal) ?? []).toString("latin1"),
  };
}

function bytesMethod(path: string): MethodDefinition<Buffer, Buffer> {
  const same = (bytes: Buffer) => bytes;
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}
