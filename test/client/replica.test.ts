import { Code, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { createRosterClient, type ReplicaChange, type RosterClient, type UserReplica } from "@roster/client";
import { fileStore } from "@roster/client/file-store";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { testFolder } from "../support/folder.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { clientOfPeer, GONE, QUICK, saidByRoster } from "./peer.ts";

let server: TestServer;
let roster: RosterClient;
beforeAll(async () => {
  server = await startTestServer();
  roster = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
});
afterAll(async () => {
  roster.close();
  await server.stop();
});

/** An account of its own, and what it is told of a replica of it. */
async function emptyAccount(): Promise<string> {
  const { account } = await roster.accounts.createAccount({ account: { name: "Replicated" } });
  return account?.id ?? "";
}

function watched(replica: UserReplica): string[] {
  onTestFinished(() => replica.close());
  const told: string[] = [];
  replica.subscribe((changes) => told.push(...changes.map(describe)));
  return told;
}

function describe({ id, before, user }: ReplicaChange): string {
  return `${id}: ${before?.displayName ?? "-"} → ${user?.displayName ?? "-"}`;
}

test("shows every user that passes, and each change of them, until it is closed", async () => {
  const accountId = await emptyAccount();
  const users = ["ada", "grace", "kay"].map((id) => ({ id, displayName: "Red", metadata: { team: "red" } }));
  await roster.users.importUsers({ accountId, users: [...users, { id: "other", metadata: { team: "blue" } }] });
  const replica = roster.users.replica({ accountId, filter: 'metadata.team == "red"' });
  const told = watched(replica);
  expect(replica.size).toBe(0);
  expect(replica.lag).toBe(Number.POSITIVE_INFINITY);
  await replica.ready;
  expect(replica.lag).toBe(0);
  expect([...replica.keys()]).toEqual(["ada", "grace", "kay"]);
  expect(told.splice(0)).toEqual(["ada: - → Red", "grace: - → Red", "kay: - → Red"]);

  await roster.users.updateUser({ accountId, user: { id: "ada", displayName: "Redder" } });
  await roster.users.updateUser({ accountId, user: { id: "grace", metadata: { team: "blue" } } });
  await roster.users.deleteUser({ accountId, id: "kay" });
  await roster.users.createUser({ accountId, user: { id: "new", displayName: "New", metadata: { team: "red" } } });
  await expect.poll(() => told).toEqual(["ada: Red → Redder", "grace: Red → -", "kay: Red → -", "new: - → New"]);
  expect([...replica].map(([id, { displayName }]) => `${id}: ${displayName}`)).toEqual(["ada: Redder", "new: New"]);
  expect(replica.get("ada")?.metadata).toEqual({ team: "red" });
  expect([replica.has("kay"), replica.size, [...replica.values()].length]).toEqual([false, 2, 2]);

  await replica.close();
  await replica.done;
  await roster.users.purgeUser({ accountId, id: "ada" });
  expect(replica.has("ada")).toBe(true);
  expect(replica.lag).toBeGreaterThanOrEqual(0);
});

test("with a store, the next process has the users at once, and goes on from there without another export", async () => {
  const accountId = await emptyAccount();
  await roster.users.importUsers({ accountId, users: ["a", "b", "c"].map((id) => ({ id, displayName: "First" })) });
  const path = `${testFolder()}/users`;
  const { users, called } = openCounted();
  const first = users.replica({ accountId, store: fileStore(path) });
  await first.ready;
  await roster.users.updateUser({ accountId, user: { id: "a", displayName: "Second" } });
  await roster.users.purgeUser({ accountId, id: "b" });
  await expect.poll(() => [first.get("a")?.displayName, first.has("b")]).toEqual(["Second", false]);
  await first.close();
  await roster.users.createUser({ accountId, user: { id: "d", displayName: "Later" } });

  const second = users.replica({ accountId, store: fileStore(path) });
  const told = watched(second);
  await expect.poll(() => told.slice(0, 2)).toEqual(["a: - → Second", "c: - → First"]);
  await second.ready;
  expect([...second.keys()]).toEqual(["a", "c", "d"]);
  expect(told.slice(2)).toEqual(["d: - → Later"]);
  expect(called).toEqual(["ListUsersChunked", "WatchUsers", "WatchUsers"]);
});

/** The users of the server, and the names of the calls that were made. */
function openCounted() {
  const called: string[] = [];
  const count: Interceptor = (next) => (request) => {
    called.push(request.method.name);
    return next(request);
  };
  const transport = createConnectTransport({ baseUrl: server.url, httpVersion: "2", interceptors: [count] });
  return { users: createRosterClient({ transport, apiKey: server.secret }).users, called };
}

test("a store that was kept for another filter counts for nothing", async () => {
  const accountId = await emptyAccount();
  await roster.users.importUsers({ accountId, users: ["a", "b"].map((id) => ({ id })) });
  const path = `${testFolder()}/users`;
  const first = roster.users.replica({ accountId, store: fileStore(path) });
  await first.ready;
  await first.close();
  const second = roster.users.replica({ accountId, filter: 'id == "a"', store: fileStore(path) });
  onTestFinished(() => second.close());
  await second.ready;
  expect([...second.keys()]).toEqual(["a"]);
});

test("ends when the server refuses for good, and says why", async () => {
  const { users } = clientOfPeer({
    // biome-ignore lint/correctness/useYield: It refuses at once.
    async *listUsersChunked() {
      throw saidByRoster(Code.Unauthenticated, "API_KEY_INVALID");
    },
  });
  const replica = users.replica();
  await expect(replica.ready).rejects.toMatchObject({ reason: "API_KEY_INVALID" });
  await expect(replica.done).rejects.toMatchObject({ reason: "API_KEY_INVALID" });
  const closed = users.replica();
  await closed.close();
  await expect(closed.ready).rejects.toThrow();
});

/** Of a server whose watch breaks, and whose history then no longer reaches back to the token. */
function forgetful() {
  const exports = [
    ["a", "b"].map((id) => ({ id, etag: "1" })),
    [
      { id: "b", etag: "1" },
      { id: "c", etag: "1" },
    ],
  ];
  const open = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const starts: string[] = [];
  const peer = clientOfPeer({
    async *listUsersChunked() {
      const users = exports[starts.length === 0 ? 0 : 1] ?? [];
      yield {
        users,
        resumeToken: "r",
        summary: { accountId: "", userCount: BigInt(users.length), changeToken: `E${starts.length}` },
      };
    },
    async *watchUsers({ start }, { signal }) {
      starts.push(String(start.value));
      yield { changes: [], changeToken: String(start.value), caughtUp: true };
      if (starts.length === 1) {
        await open[0].promise;
        throw GONE;
      }
      if (starts.length === 2) {
        await open[1].promise;
        throw saidByRoster(Code.FailedPrecondition, "CHANGE_TOKEN_EXPIRED");
      }
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  });
  return { ...peer, starts, breakOff: open[0].resolve, forget: open[1].resolve };
}

test("lags while the stream is broken, and begins again with an export when the history has passed it", async () => {
  const { users, starts, breakOff, forget } = forgetful();
  const lags: number[] = [];
  const replica: UserReplica = users.replica({ retry: QUICK, onRetry: () => void lags.push(replica.lag) });
  const told = watched(replica);
  await replica.ready;
  expect(replica.lag).toBe(0);
  const readyAt = Date.now();
  await expect.poll(() => Date.now()).toBeGreaterThan(readyAt + 1);
  breakOff();
  await expect.poll(() => starts.length).toBe(2);
  expect(lags[0]).toBeGreaterThan(0);
  await expect.poll(() => replica.lag).toBe(0);
  told.length = 0;
  forget();
  await expect.poll(() => starts).toEqual(["E0", "E0", "E2"]);
  expect([...replica.keys()]).toEqual(["b", "c"]);
  // What is the same in both is no change.
  expect(told).toEqual(["c: - → -", "a: - → -"]);
});

test("a listener that fails disturbs neither the copy nor others", async () => {
  const { users } = forgetful();
  const replica = users.replica();
  onTestFinished(() => replica.close());
  const failed = Promise.withResolvers<unknown>();
  const microtasks = vi.spyOn(globalThis, "queueMicrotask").mockImplementation((task) => {
    try {
      task();
    } catch (error) {
      failed.resolve(error);
    }
  });
  onTestFinished(() => microtasks.mockRestore());
  replica.subscribe(() => {
    throw new Error("mine");
  });
  const told = watched(replica);
  await replica.ready;
  expect(told).toHaveLength(2);
  expect(await failed.promise).toMatchObject({ message: "mine" });
});
