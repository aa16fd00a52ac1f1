import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import {
  createRosterClient,
  type RosterClient,
  RosterError,
  UserService,
  type WatchOptions,
  type WatchUsersRequest,
} from "@roster/client";
import { expect, onTestFinished, test, vi } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { testFolder } from "../support/folder.ts";
import { spawnServer } from "../support/process.ts";

// The peer here is written by hand, because Roster itself breaks only when it is killed. Its tokens count the changes before them.

const RETRY = { maxFailures: 3, baseMs: 1, capMs: 2 };
const LENGTH = 6;

interface Peer {
  /** Thrown in place of the message number n; null: the stream ends there. */
  readonly failures?: ReadonlyMap<number, unknown>;
  readonly onRequest?: (request: WatchUsersRequest, signal: AbortSignal) => void;
}

function peer({ failures = new Map(), onRequest }: Peer): RosterClient["users"] {
  let messages = 0;
  const transport = createRouterTransport(({ service }) => {
    service(UserService, {
      async *watchUsers(request, { signal }) {
        onRequest?.(request, signal);
        for (let at = request.start.case === "changeToken" ? Number(request.start.value) : 0; at < LENGTH; at += 1) {
          messages += 1;
          if (failures.get(messages) === null) return;
          if (failures.has(messages)) throw failures.get(messages);
          yield { changes: [{ userId: `u${at}` }], changeToken: String(at + 1), caughtUp: true };
        }
        throw roster(Code.FailedPrecondition, "CHANGE_TOKEN_EXPIRED");
      },
    });
  });
  return createRosterClient({ apiKey: "secret", transport }).users;
}

function roster(code: Code, reason: string): ConnectError {
  return new ConnectError("said by Roster", code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "roster" } },
  ]);
}

/** The messages of a watch, and the error that ends it. */
async function follow(client: RosterClient["users"], options: WatchOptions = {}) {
  const ids: string[] = [];
  const error = await (async () => {
    for await (const { changes } of client.watch({ retry: RETRY, ...options })) {
      ids.push(...changes.map(({ userId }) => userId));
    }
  })().catch((thrown: unknown) => thrown);
  return { ids, reason: RosterError.from(error).reason, error };
}

const ALL = ["u0", "u1", "u2", "u3", "u4", "u5"];

test.each([
  ["UNAVAILABLE", new ConnectError("connection refused", Code.Unavailable)],
  ["a connection that is reset", new ConnectError("read ECONNRESET", Code.Aborted)],
  ["SERVER_DRAINING", roster(Code.Unavailable, "SERVER_DRAINING")],
  ["the stream's end", null],
])("goes on after %s, with no change lost or twice, until the server refuses", async (_, failure) => {
  for (const breaks of [[1], [3], [6], [1, 2, 4, 6]]) {
    const failures = new Map(breaks.map((message) => [message, failure]));
    expect(await follow(peer({ failures }))).toMatchObject({ ids: ALL, reason: "CHANGE_TOKEN_EXPIRED" });
  }
});

test("begins where it is told, and goes on from the last token with the same request otherwise", async () => {
  for (const [options, first] of [
    [{}, { case: "fromNow", value: true }],
    [{ withInitialState: true }, { case: "withInitialState", value: true }],
    [
      { changeToken: "2", withInitialState: true },
      { case: "changeToken", value: "2" },
    ],
  ] as const) {
    const requests: object[] = [];
    const failures = new Map([[3, new ConnectError("gone", Code.Unavailable)]]);
    const client = peer({
      failures,
      onRequest: ({ accountId, filter, start }) => requests.push({ accountId, filter, start }),
    });
    await follow(client, { ...options, accountId: "A1", filter: "has(id)" });
    const last = { case: "changeToken", value: first.case === "changeToken" ? "4" : "2" };
    const same = { accountId: "A1", filter: "has(id)" };
    expect(requests).toEqual([first, last].map((start) => ({ ...same, start })));
  }
});

test("gives up after a number of failures in a row, reports each before, and counts from zero after progress", async () => {
  const gone = new ConnectError("gone", Code.Unavailable);
  const failing = (messages: number[]) => peer({ failures: new Map(messages.map((message) => [message, gone])) });
  expect((await follow(failing([2, 3, 5, 6]))).ids).toEqual(ALL);
  const onRetry = vi.fn();
  expect(await follow(failing([2, 3, 4]), { onRetry })).toMatchObject({ ids: ["u0"], error: { code: Code.Unavailable } });
  expect(onRetry).toHaveBeenCalledTimes(2);
});

test("ends the stream when nobody reads on", async () => {
  const signals: AbortSignal[] = [];
  for await (const _ of peer({ onRequest: (__, signal) => signals.push(signal) }).watch()) break;
  await vi.waitUntil(() => signals.length === 1 && signals.every(({ aborted }) => aborted));
});

test("export, then watch, keeps a copy of those who pass, though the server is killed in between", async () => {
  const folder = testFolder();
  const server = await spawnServer(folder);
  const { users, close } = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
  onTestFinished(close);
  await users.importUsers({ users: ["a", "b", "c", "d"].map((id) => ({ id, metadata: { team: "red" } })) });
  const filter = 'metadata.team == "red"';
  const copy = new Set<string>();
  let changeToken = "";
  for await (const chunk of users.chunks({ filter })) {
    for (const { id } of chunk.users) copy.add(id);
    ({ changeToken } = chunk);
  }
  expect([...copy]).toEqual(["a", "b", "c", "d"]);
  await users.deleteUser({ id: "a" });
  await users.updateUser({ user: { id: "b", metadata: { team: "blue" } } });
  let broken = false;
  for await (const { changes } of users.watch({ filter, changeToken })) {
    for (const { userId, user } of changes) {
      if (user === undefined || user.deleteTime !== undefined) copy.delete(userId);
      else copy.add(userId);
    }
    if (copy.has("last")) break;
    if (!broken && copy.size === 2) {
      broken = true;
      await server.end("SIGKILL");
      const again = await spawnServer(folder, { port: Number(new URL(server.url).port) });
      onTestFinished(async () => {
        await again.end("SIGTERM");
      });
      const { users: others } = createRosterClient({ baseUrl: again.url, apiKey: again.secret });
      await others.purgeUser({ id: "c" });
      await others.createUser({ userId: "last", user: { metadata: { team: "red" } } });
    }
  }
  expect([...copy].sort()).toEqual(["d", "last"]);
  expect(broken).toBe(true);
});
