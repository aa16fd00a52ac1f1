import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { METRICS, metricsUrlOf } from "../support/metrics.ts";
import { spawnServer } from "../support/process.ts";
import { startTestServer } from "../support/server.ts";
import { spawnWithWorkers } from "../workers/workers.ts";

async function probe(url: string, path: string, method = "GET") {
  const response = await fetch(new URL(path, url), { method });
  return { status: response.status, text: await response.text() };
}

const OK = { status: 200, text: "ok\n" };

test("probes need no key, and say whether the server runs and takes calls", async () => {
  const server = await startTestServer();
  for (const path of ["/livez", "/readyz", "/readyz?verbose"]) {
    expect([path, await probe(server.url, path)]).toEqual([path, OK]);
    expect(await probe(server.url, path, "HEAD")).toEqual({ status: 200, text: "" });
  }
  const response = await fetch(`${server.url}/readyz`);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect((await probe(server.url, "/readyz", "POST")).status).toBe(404);
  await server.stop();
});

test("probes are answered over HTTP/2 as well", async () => {
  const server = await startTestServer();
  const session = connectHttp2(server.url);
  const stream = session.request({ ":path": "/readyz" });
  const [headers] = await once(stream, "response");
  expect(headers[":status"]).toBe(200);
  stream.resume();
  session.close();
  await server.stop();
});

test("a server without its database runs, and is not ready", async () => {
  const server = await startTestServer();
  await server.store.close();
  await expect.poll(() => probe(server.url, "/readyz")).toEqual({ status: 503, text: "the database does not answer\n" });
  expect(await probe(server.url, "/livez")).toEqual(OK);
  await server.stop();
});

/** Sends the beginning of a call, which keeps the server from ending. */
async function beginCall(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  const head =
    "POST /roster.v1.UserService/ListUsers HTTP/1.1\r\nhost: roster\r\ncontent-type: application/json\r\ncontent-length: 2";
  // The server has the call once it asks for the body.
  socket.write(`${head}\r\nexpect: 100-continue\r\n\r\n`);
  await once(socket, "data");
  return socket;
}

test("the port for metrics answers probes, and tells that the server drains", async () => {
  const server = await spawnServer(testFolder(), { env: { ...METRICS, ROSTER_DRAIN_TIMEOUT: "60s" } });
  const metrics = metricsUrlOf(server);
  expect(await probe(metrics, "/readyz")).toEqual(OK);
  const call = await beginCall(server.url);
  const end = server.end("SIGTERM");
  await expect.poll(() => probe(metrics, "/readyz")).toEqual({ status: 503, text: "draining\n" });
  expect(await probe(metrics, "/livez")).toEqual(OK);
  call.destroy();
  expect(await end).toEqual({ code: 0, signal: null });
});

test("a server of several processes is ready while one of its workers answers", async () => {
  const server = await spawnWithWorkers(testFolder(), 2, METRICS);
  const metrics = metricsUrlOf(server);
  expect([await probe(server.url, "/readyz"), await probe(metrics, "/readyz")]).toEqual([OK, OK]);
  const [first = 0, second = 0] = server.workers().values();
  process.kill(first, "SIGSTOP");
  expect(await probe(metrics, "/readyz")).toEqual(OK);
  process.kill(second, "SIGSTOP");
  expect(await probe(metrics, "/readyz")).toEqual({ status: 503, text: "no worker answers\n" });
  expect(await probe(metrics, "/livez")).toEqual(OK);
  for (const pid of [first, second]) process.kill(pid, "SIGCONT");
  await expect.poll(() => probe(metrics, "/readyz")).toEqual(OK);
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
});
