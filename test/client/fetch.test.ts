import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { isTransient } from "@roster/client";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { ListUsersChunkedResponseSchema } from "../../gen/roster/v1/user_service_pb.js";
// What pages, workers and edge runtimes get in place of that for Node.
import { createRosterClient } from "../../packages/client/src/index.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const COUNT = 3_000;
let server: TestServer;
let roster: ReturnType<typeof createRosterClient>;
beforeAll(async () => {
  server = await startTestServer();
  roster = createRosterClient({ baseUrl: `${server.url}/`, apiKey: server.secret });
  await roster.users.importUsers(
    Array.from({ length: COUNT }, (_, index) => ({ id: `u${index}`, about: "x".repeat(index % 500) })),
  );
});
afterAll(async () => {
  roster.close();
  await server.stop();
});

const key = { case: "id", value: "u7" } as const;

test("calls, with the headers that come and go", async () => {
  const header = Promise.withResolvers<Headers>();
  const { user } = await roster.users.getUser({ key }, { onHeader: header.resolve });
  expect(user?.id).toBe("u7");
  expect((await header.promise).get("content-type")).toBe("application/proto");
});

test("streams arrive whole, however their bytes are cut", async () => {
  const chunks = await Array.fromAsync(roster.users.chunks({ chunkSize: 5_000 }));
  expect(chunks.at(-1)).toMatchObject({ userCount: COUNT + 1, complete: true });
});

test("errors have their code, reason, details and id, of calls and of streams", async () => {
  const missing = roster.users.getUser({ key: { case: "id", value: "nobody" } });
  await expect(missing).rejects.toMatchObject({
    code: Code.NotFound,
    reason: "USER_NOT_FOUND",
    rawMessage: "there is no such user",
  });
  const invalid = roster.users.createUser({ user: { name: "1" } });
  await expect(invalid).rejects.toMatchObject({ reason: "FIELD_INVALID", fields: [{ field: "user.name" }] });
  const stream = Array.fromAsync(roster.users.listUsersChunked({ filter: "?" }));
  await expect(stream).rejects.toMatchObject({ reason: "FILTER_INVALID", callId: expect.stringMatching(/^[0-9a-f]{8}-/) });
});

test("a deadline, a signal and closing end calls and streams", async () => {
  const watch = roster.users.watchUsers({ start: { case: "fromNow", value: true } }, { timeoutMs: 50 });
  await expect(Array.fromAsync(watch)).rejects.toMatchObject({ code: Code.DeadlineExceeded });
  const leaving = new AbortController();
  const left = roster.users.watchUsers({ start: { case: "fromNow", value: true } }, { signal: leaving.signal });
  await expect(
    (async () => {
      for await (const _ of left) leaving.abort();
    })(),
  ).rejects.toMatchObject({ code: Code.Canceled });
  const call = roster.users.getUser({ key });
  roster.close();
  await expect(call).rejects.toMatchObject({ code: Code.Canceled });
  expect((await roster.users.getUser({ key })).user?.id).toBe("u7");
});

test("`tls` is refused: the platform decides whom it trusts", () => {
  expect(() => createRosterClient({ baseUrl: server.url, tls: { ca: "" } })).toThrow("in Node alone");
});

const MESSAGE = Buffer.concat([
  Buffer.alloc(5),
  toBinary(ListUsersChunkedResponseSchema, create(ListUsersChunkedResponseSchema)),
]);
const END = (json: string) => Buffer.concat([Buffer.from([2, 0, 0, 0, json.length]), Buffer.from(json)]);

test.each<[string, string | Buffer, object]>([
  ["a stream that ends without saying so", MESSAGE, { code: Code.Unavailable, rawMessage: "the stream has ended early" }],
  ["a message that is cut off", Buffer.from([0, 0, 0, 0, 9, 1]), { code: Code.Unavailable }],
  ["an end that no one understands", END('{"error":{"code":"odd"}}'), { code: Code.Unknown }],
])("%s is worth another try", async (_, bytes, expected) => {
  const { users } = await clientOf((__, response) => {
    response.writeHead(200, { "content-type": "application/connect+proto" }).end(bytes);
  });
  const error: unknown = await Array.fromAsync(users.listUsersChunked({})).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject(expected);
  expect(isTransient(error)).toBe(true);
});

test.each<[number, Code, boolean]>([
  [502, Code.Unavailable, true],
  [404, Code.Unimplemented, false],
  [403, Code.PermissionDenied, false],
  [418, Code.Unknown, true],
])("an answer of something in between, with the status %i, is an error that says so", async (status, code, transient) => {
  const { users } = await clientOf((_, response) => void response.writeHead(status).end("<html>"));
  const error: unknown = await users.getUser({ key }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code, reason: undefined, rawMessage: `HTTP ${status}` });
  expect(isTransient(error)).toBe(transient);
});

test("a server that is not there is unavailable", async () => {
  const { users } = await clientOf((request) => request.socket.destroy());
  await expect(users.getUser({ key })).rejects.toMatchObject({ code: Code.Unavailable, reason: undefined });
});

/** Of something that answers in its own way. */
async function clientOf(answer: RequestListener) {
  const other = createServer(answer).listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  return createRosterClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey: "secret", retry: false });
}
