import { once } from "node:events";
import { createServer } from "node:http2";
import { create } from "@bufbuild/protobuf";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createRouterTransport, type HandlerContext } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { type ChunksOptions, createRosterClient, type ListUsersChunkedRequest, UserService } from "@roster/client";
import { expect, onTestFinished, test } from "vitest";
import { ErrorInfoSchema, RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.js";

// The peer here is written by hand, because Roster itself never miscounts and breaks only when it is killed.

const USERS = ["a", "b", "c", "d", "e", "f", "g"].map((id) => ({ id }));
const RETRY = { maxFailures: 3, baseMs: 1, capMs: 2 };

interface Peer {
  /** Thrown in place of the answer number n, once. */
  readonly failures?: ReadonlyMap<number, unknown>;
  readonly userCount?: bigint | null;
  readonly accountIds?: readonly string[];
  readonly onRequest?: (request: ListUsersChunkedRequest, context: HandlerContext) => void;
}

/** Answers in chunks of two users; a token is the number of users before it. */
function peer({ failures = new Map(), userCount = BigInt(USERS.length), accountIds = [""], onRequest }: Peer) {
  let answers = 0;
  const transport = createRouterTransport(({ service }) => {
    service(UserService, {
      async *listUsersChunked(request, context) {
        onRequest?.(request, context);
        for (let at = Number(request.resumeToken); at < USERS.length; at += 2) {
          answers += 1;
          if (failures.has(answers)) throw failures.get(answers);
          const last = at + 2 >= USERS.length;
          yield {
            users: USERS.slice(at, at + 2),
            resumeToken: String(Math.min(at + 2, USERS.length)),
            ...(last && userCount !== null && { summary: { accountId: accountIds[0] ?? "", userCount } }),
          };
        }
        for (const accountId of accountIds.slice(1)) {
          yield { resumeToken: "7", summary: { accountId, userCount: userCount ?? 0n } };
        }
      },
    });
  });
  return createRosterClient({ apiKey: "secret", transport }).users;
}

async function idsOf(client: ReturnType<typeof peer>, options: ChunksOptions = {}): Promise<string[]> {
  const ids: string[] = [];
  for await (const { users } of client.chunks({ retry: RETRY, ...options })) {
    ids.push(...users.map(({ id }) => id));
  }
  return ids;
}

const ALL = USERS.map(({ id }) => id);

function roster(code: Code, reason: string): ConnectError {
  return new ConnectError("said by Roster", code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "roster" } },
  ]);
}

test("delivers all users in chunks, with the key", async () => {
  const chunks: string[][] = [];
  const keys: Array<string | null> = [];
  const client = peer({ onRequest: (_, { requestHeader }) => keys.push(requestHeader.get("authorization")) });
  for await (const { users } of client.chunks()) {
    chunks.push(users.map(({ id }) => id));
  }
  expect(chunks).toEqual([["a", "b"], ["c", "d"], ["e", "f"], ["g"]]);
  expect(keys).toEqual(["Bearer secret"]);
});

test.each([
  ["UNAVAILABLE", new ConnectError("connection refused", Code.Unavailable)],
  ["ABORTED", new ConnectError("read ECONNRESET", Code.Aborted)],
  ["CANCELED", new ConnectError("stream closed with CANCEL", Code.Canceled)],
  ["INTERNAL", new ConnectError("http/2 stream closed", Code.Internal)],
  ["UNKNOWN", new ConnectError("HTTP 500", Code.Unknown)],
  ["a truncated stream", new ConnectError("protocol error: missing EndStreamResponse", Code.InvalidArgument)],
  ["SERVER_DRAINING", roster(Code.Unavailable, "SERVER_DRAINING")],
])("goes on after %s, with no user lost or twice", async (_, error) => {
  for (const breaks of [[1], [2], [4], [1, 2, 4, 6], [3, 4]]) {
    const failures = new Map(breaks.map((answer) => [answer, error]));
    expect(await idsOf(peer({ failures }))).toEqual(ALL);
  }
});

test("goes on from the last token, with the same request otherwise", async () => {
  const requests: object[] = [];
  const failures = new Map([[3, new ConnectError("gone", Code.Unavailable)]]);
  const client = peer({ failures, onRequest: ({ $typeName: _, ...request }) => requests.push(request) });
  await idsOf(client, { accountId: "A1", chunkSize: 9, filter: "has(id)", showDeleted: true });
  const request = { accountId: "A1", chunkSize: 9, filter: "has(id)", showDeleted: true, minRevision: 0n };
  expect(requests).toEqual([
    { ...request, resumeToken: "" },
    { ...request, resumeToken: "4" },
  ]);
});

test("gives up after a number of failures in a row, and counts from zero after progress", async () => {
  const gone = new ConnectError("gone", Code.Unavailable);
  const failing = (answers: number[]) => peer({ failures: new Map(answers.map((answer) => [answer, gone])) });
  expect(await idsOf(failing([2, 3, 5, 6, 8, 9]))).toEqual(ALL);
  await expect(idsOf(failing([2, 3, 4]))).rejects.toThrow("gone");
});

test.each([
  roster(Code.PermissionDenied, "PERMISSION_DENIED"),
  roster(Code.FailedPrecondition, "RESUME_TOKEN_EXPIRED"),
  roster(Code.Internal, "INTERNAL"),
  new ConnectError("not found", Code.Unimplemented),
])("does not try again after $message", async (error) => {
  let requests = 0;
  const client = peer({ failures: new Map([[2, error]]), onRequest: () => (requests += 1) });
  await expect(idsOf(client)).rejects.toMatchObject({ code: error.code });
  expect(requests).toBe(1);
});

test("waits as long as the server asks, and reports the pause", async () => {
  const error = new ConnectError("draining", Code.Unavailable, undefined, [
    { desc: RetryInfoSchema, value: { retryDelay: create(DurationSchema, { nanos: 30_000_000 }) } },
  ]);
  const pauses: number[] = [];
  const onRetry = (_: ConnectError, pauseMs: number) => pauses.push(pauseMs);
  expect(await idsOf(peer({ failures: new Map([[2, error]]) }), { onRetry })).toEqual(ALL);
  expect(pauses).toEqual([30]);
});

test("refuses an export if the server's count differs from what was delivered", async () => {
  const failures = new Map([[2, new ConnectError("gone", Code.Unavailable)]]);
  await expect(idsOf(peer({ userCount: 8n, failures }))).rejects.toMatchObject({
    code: Code.DataLoss,
    rawMessage: "the export is incomplete: the server counts 8 users, but 7 were delivered",
  });
});

test("refuses an export that ends without a summary", async () => {
  await expect(idsOf(peer({ userCount: null }))).rejects.toMatchObject({
    code: Code.DataLoss,
    rawMessage: "the export is incomplete: the stream ended after 7 users without a summary",
  });
});

test("continues an export of another process, and checks the count of both parts", async () => {
  const chunks = await Array.fromAsync(peer({}).chunks());
  expect(chunks.map(({ userCount, complete }) => [userCount, complete])).toEqual([
    [2, false],
    [4, false],
    [6, false],
    [7, true],
  ]);
  const [, second] = chunks;
  expect(await idsOf(peer({}), { ...second })).toEqual(["e", "f", "g"]);
  await expect(idsOf(peer({}), { ...second, userCount: 3 })).rejects.toMatchObject({ code: Code.DataLoss });
  expect(await idsOf(peer({}), { resumeToken: "4" })).toEqual(["e", "f", "g"]);
});

test("an export of all accounts ends with the summary of all, not with that of one", async () => {
  const client = peer({ accountIds: ["default", "-"] });
  const chunks = await Array.fromAsync(client.chunks({ accountId: "-" }));
  expect(chunks.map(({ complete }) => complete)).toEqual([false, false, false, false, true]);
  await expect(idsOf(peer({ accountIds: ["default"] }), { accountId: "-" })).rejects.toMatchObject({ code: Code.DataLoss });
});

test("ends the stream when nobody reads on", async () => {
  const signals: AbortSignal[] = [];
  for await (const _ of peer({ onRequest: (__, { signal }) => signals.push(signal) }).chunks()) {
    break;
  }
  await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test("ends the stream also on a connection, which lives on", async () => {
  const signals: AbortSignal[] = [];
  const answer = connectNodeAdapter({
    routes: ({ service }) =>
      service(UserService, {
        async *listUsersChunked(_, { signal }) {
          signals.push(signal);
          yield { users: USERS };
          await once(signal, "abort");
        },
      }),
  });
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const { users, close } = createRosterClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey: "secret" });
  onTestFinished(() => {
    close();
    server.close();
  });
  for await (const _ of users.chunks()) {
    break;
  }
  await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test("does not try again when it is the caller who cancels", async () => {
  const controller = new AbortController();
  let requests = 0;
  const client = peer({ onRequest: () => (requests += 1) });
  const users = client.chunks({ signal: controller.signal });
  await users.next();
  controller.abort();
  await expect(users.next()).rejects.toMatchObject({ code: Code.Canceled });
  expect(requests).toBe(1);
});
