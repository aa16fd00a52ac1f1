import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { createSelfSigned } from "../support/certificates.ts";
import { grpcPortOf } from "../support/clients.ts";
import { createFolder } from "../support/folder.ts";
import { spawnServer } from "../support/process.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const folder = createFolder();
const { certificate: ca, key, files } = createSelfSigned(folder.path, "localhost", { names: "IP:127.0.0.1" });
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ http: { host: "127.0.0.1", port: 0, tls: { certificate: ca, key } } });
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

const TRANSPORTS = {
  "Connect, HTTP/1.1": () => createConnectTransport({ baseUrl: server.url, httpVersion: "1.1", nodeOptions: { ca } }),
  "Connect, HTTP/2": () => createConnectTransport({ baseUrl: server.url, httpVersion: "2", nodeOptions: { ca } }),
  "gRPC, HTTP/2": () => createGrpcTransport({ baseUrl: server.url, nodeOptions: { ca } }),
  "gRPC, its own port": () => createGrpcTransport({ baseUrl: grpcPortOf(server.url), nodeOptions: { ca } }),
  "gRPC-Web, HTTP/1.1": () => createGrpcWebTransport({ baseUrl: server.url, httpVersion: "1.1", nodeOptions: { ca } }),
} as const satisfies Record<string, () => Transport>;

describe.each(Object.entries(TRANSPORTS))("%s", (_name, open) => {
  test("is spoken under TLS", async () => {
    const users = createClient(UserService, open());
    const headers = { authorization: `Bearer ${server.secret}` };
    expect((await users.listUsers({}, { headers })).users).toHaveLength(1);
    const chunks = [];
    for await (const { users: chunk } of users.listUsersChunked({}, { headers })) {
      chunks.push(chunk);
    }
    expect(chunks.flat()).toHaveLength(1);
  });
});

test("ALPN decides between HTTP/2 and HTTP/1.1", async () => {
  const port = Number(new URL(server.url).port);
  for (const protocol of ["h2", "http/1.1"]) {
    const socket = connectTls({ port, host: "127.0.0.1", ca, ALPNProtocols: [protocol] });
    await new Promise((connected) => socket.once("secureConnect", connected));
    expect(socket.alpnProtocol).toBe(protocol);
    socket.destroy();
  }
});

test.each([["h2"], ["http/1.1"]])(
  "a connection that is made while the server ends does not hold it up: %s",
  async (protocol) => {
    const tls = { certificate: ca, key };
    const ending = await startTestServer({ http: { host: "127.0.0.1", port: 0, tls }, drainTimeoutMs: 60_000 });
    const port = Number(new URL(ending.url).port);
    const early = connect({ port, host: "127.0.0.1" });
    await once(early, "connect");
    // Connections are taken in turn: the server has the first when it has the second.
    await once(connectTls({ port, host: "127.0.0.1", ca }), "secureConnect");
    const start = performance.now();
    const stopped = ending.stop();
    const late = connectTls({ socket: early, ca, ALPNProtocols: [protocol] });
    late.resume();
    await Promise.all([once(late, "secureConnect"), once(late, "close"), stopped]);
    expect(performance.now() - start).toBeLessThan(30_000);
  },
);

test("a TLS server ends in good order, whatever connections are open", async () => {
  const spawned = await spawnServer(folder.path, {
    env: { ROSTER_TLS_CERTIFICATE: files.certificate, ROSTER_TLS_KEY: files.key, ROSTER_DRAIN_TIMEOUT: "60s" },
  });
  expect(spawned.url).toMatch(/^https:/);
  const { port } = new URL(spawned.url);
  const kept = await new Promise<string>((resolve, reject) => {
    const headers = { "content-type": "application/json", "x-api-key": spawned.secret, connection: "keep-alive" };
    const call = request(new URL("/roster.v1.UserService/ListUsers", spawned.url), { method: "POST", headers, ca });
    call.on("response", (response) => resolve(text(response))).on("error", reject);
    call.end("{}");
  });
  expect(kept).toContain('"users"');
  const session = connectHttp2(spawned.url, { ca });
  await new Promise((connected) => session.once("connect", connected));
  const silent = connectTls({ port: Number(port), host: "127.0.0.1", ca });
  await new Promise((connected) => silent.once("secureConnect", connected));
  const start = performance.now();
  expect(await spawned.end("SIGTERM")).toEqual({ code: 0, signal: null });
  expect(performance.now() - start).toBeLessThan(10_000);
});
