import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf, grpcPortOf } from "../support/clients.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function dial(url = server.url): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1").setNoDelay(true);
  // The server may close the connection while garbage is being sent.
  socket.on("error", () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, "connect");
  return socket;
}

/** All that arrives before the connection ends, with or without an error. */
async function answerOf(socket: Socket): Promise<string> {
  let answer = "";
  socket.on("data", (data: Buffer) => {
    answer += data.toString();
  });
  await new Promise((ended) => socket.once("close", ended));
  return answer;
}

/** Sends each byte in a packet of its own. */
async function drip(socket: Socket, data: Buffer): Promise<void> {
  for (const byte of data) {
    await new Promise((done) => socket.write(Buffer.from([byte]), done));
    await new Promise(setImmediate);
  }
}

const REQUEST = Buffer.from(
  "POST /roster.v1.UserService/ListUsers HTTP/1.1\r\nhost: roster\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
);
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const EMPTY_SETTINGS = Buffer.from("000000040000000000", "hex");
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS_FRAME = 4;

test("HTTP/1.1 is understood byte by byte", async () => {
  const socket = await dial();
  const answer = answerOf(socket);
  await drip(socket, REQUEST);
  expect(await answer).toMatch(/^HTTP\/1\.1 401 [\s\S]*API_KEY_INVALID/);
});

const PORTS = [
  ["the HTTP port", (url: string) => url],
  ["the gRPC port", grpcPortOf],
] as const;

test.each(PORTS)("HTTP/2 is understood by %s byte by byte", async (_port, urlOf) => {
  const socket = await dial(urlOf(server.url));
  const answer = once(socket, "data");
  await drip(socket, Buffer.concat([PREFACE, EMPTY_SETTINGS]));
  const [frame] = await answer;
  expect(frame[3]).toBe(SETTINGS_FRAME);
});

test.each([
  "PRI x HTTP/2.0\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
  "P\r\n\r\n",
  "\x16\x03\x01\x02",
  "\0\0\0\0\0\0\0\0",
])("a connection that begins with %j is turned away", async (garbage) => {
  const socket = await dial();
  const answer = answerOf(socket);
  await drip(socket, Buffer.from(garbage, "latin1"));
  expect(await answer).toMatch(/^HTTP\/1\.1 400 /);
});

test.each(PORTS)("garbage after the preface of HTTP/2 ends that connection to %s", async (_port, urlOf) => {
  const socket = await dial(urlOf(server.url));
  socket.resume().write(Buffer.concat([PREFACE, Buffer.alloc(1_000, 0xff)]));
  await once(socket, "close");
});

test("a request whose target is no URL is refused", async () => {
  for (const head of ["POST // HTTP/1.1\r\nhost: x", "POST /roster.v1.UserService/ListUsers HTTP/1.1\r\nhost: a b"]) {
    const socket = await dial();
    const answer = answerOf(socket);
    socket.write(`${head}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    expect(await answer).toMatch(/^HTTP\/1\.1 40[04] [\s\S]*"reason":"(REQUEST_MALFORMED|METHOD_UNKNOWN)"/);
  }
});

test("a request with a header of twenty thousand bytes is refused", async () => {
  const socket = await dial();
  const answer = answerOf(socket);
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\nlong: ${"x".repeat(20_000)}\r\n\r\n`);
  expect(await answer).toMatch(/^HTTP\/1\.1 431 /);
});

test("a connection to the gRPC port that does not begin with the preface is ended", async () => {
  for (const garbage of [REQUEST, Buffer.alloc(1_000, 0xff), Buffer.from("\x16\x03\x01\x02", "latin1"), Buffer.alloc(30)]) {
    const socket = await dial(grpcPortOf(server.url));
    socket.resume().write(garbage);
    await once(socket, "close");
  }
});

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, type, flags, 0, 0, 0, 0]);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** In HPACK's literal form: no tables, no compression. */
function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  return Buffer.concat(Object.entries(headers).flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

test.each([
  ["are reset at once", EMPTY_SETTINGS],
  ["are followed by garbage", Buffer.alloc(1_000, 0xff)],
])("calls that %s leave the gRPC port as it was", async (_name, last) => {
  const socket = await dial(grpcPortOf(server.url));
  const calls = Array.from({ length: 30 }, (_, i) => {
    const path = ["/nobody.v1.NoService/Get", "/roster.v1.UserService/ListUsers"][i % 2] ?? "";
    const type = ["application/grpc", "application/grpc", "text/plain"][i % 3] ?? "";
    const headers = { ":method": "POST", ":scheme": "http", ":path": path, ":authority": "x", "content-type": type };
    const id = 2 * i + 1;
    return [frame(HEADERS, 4, id, headerBlock(headers)), frame(RST_STREAM, 0, id, Buffer.from([0, 0, 0, 8]))];
  });
  socket.resume().write(Buffer.concat([PREFACE, EMPTY_SETTINGS, ...calls.flat(), last]));
  const users = clientOf(UserService, server.url, server.secret, "gRPC, its own port");
  for (let times = 0; times < 20; times++) {
    expect((await users.listUsers({})).users).toHaveLength(1);
  }
});

test.each(PORTS)(
  "connections to %s that are silent, half open or cut off keep nobody else waiting, nor the end of the server",
  async (_port, urlOf) => {
    const own = await startTestServer({ drainTimeoutMs: 60_000 });
    const port = Number(new URL(urlOf(own.url)).port);
    const sockets = ["", "P", "PRI * HT", PREFACE, REQUEST.subarray(0, 40)].map((start) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {}).write(start);
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const users = clientOf(UserService, own.url, own.secret);
    expect((await users.listUsers({})).users).toHaveLength(1);
    const ended = Promise.all(sockets.map((socket) => once(socket.resume(), "close")));
    const start = performance.now();
    await own.stop();
    await ended;
    expect(performance.now() - start).toBeLessThan(10_000);
  },
);

test("a vanished connection leaves the server as it was", async () => {
  const socket = await dial();
  socket.write(REQUEST.subarray(0, -1));
  socket.resetAndDestroy();
  await once(socket, "close");
  const users = clientOf(UserService, server.url, server.secret);
  expect((await users.listUsers({})).users).toHaveLength(1);
});
