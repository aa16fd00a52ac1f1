import { once } from "node:events";
import { connect } from "node:net";
import { Code } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf, PROTOCOL_NAMES } from "../support/clients.ts";
import { collectLog } from "../support/log.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { fill } from "./fill.ts";

let server: TestServer;
const { log, lines: allLines } = collectLog("debug");
let linesBefore = 0;
const lines = () => allLines().slice(linesBefore);
beforeAll(async () => {
  server = await startTestServer({ log, logCalls: { mode: "all", slowMs: 0 } });
  await fill(clientOf(UserService, server.url, server.secret), 3_000, 10_000);
});
afterAll(() => server.stop());
afterEach(() => {
  linesBefore = allLines().length;
});

describe.each(PROTOCOL_NAMES)("%s", (protocol) => {
  test("a stream whose reader goes away in the middle ends on the server", async () => {
    const users = clientOf(UserService, server.url, server.secret, protocol);
    const gone = new AbortController();
    const stream = users.listUsersChunked({ chunkSize: 50 }, { signal: gone.signal })[Symbol.asyncIterator]();
    await stream.next();
    gone.abort();
    await expect(stream.next()).rejects.toMatchObject({ code: Code.Canceled });
    await vi.waitFor(() => expect(lines()).toContainEqual(expect.objectContaining(ENDED)), 5_000);
    expect(lines().filter(({ level }) => Number(level) >= WARN)).toEqual([]);
  });
});

// The library says of such a request what it says of a defect.
test.each(["application/json", "application/proto", "application/grpc-web", "application/connect+proto"])(
  "a caller who goes away in the middle of its request is no defect: %s",
  async (type) => {
    const method = type.includes("connect+") ? "ListUsersChunked" : "GetUser";
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const head = [`POST /roster.v1.UserService/${method} HTTP/1.1`, "host: roster", `content-type: ${type}`];
    // To which the server answers once it reads the request.
    socket.write([...head, "content-length: 1000", "expect: 100-continue", "", "\0\0\0\0"].join("\r\n"));
    await once(socket, "data");
    socket.destroy();
    await vi.waitFor(() => expect(lines()).toContainEqual(expect.objectContaining({ msg: "call aborted" })), 5_000);
    expect(lines().filter(({ level }) => Number(level) >= WARN)).toEqual([]);
  },
);

const WARN = 40;
const ENDED = { method: "roster.v1.UserService/ListUsersChunked", code: "Canceled" };
