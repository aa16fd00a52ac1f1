import { Code } from "@connectrpc/connect";
import { describe, expect, test, vi } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { UserStatus } from "../../../gen/roster/v1/user_pb.js";
import { demand, failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, addUsers, all, present, useRoster } from "../setup.ts";
import { brief, takeChanges, watch } from "./watcher.ts";

const roster = useRoster({ watchHeartbeatMs: 200 });

const STATE = { case: "withInitialState", value: true } as const;
const after = (value: string) => ({ case: "changeToken", value }) as const;

/** An account with a place before all of what is done in it. */
async function begin() {
  const account = await roster.account();
  const users = account.users();
  const { changeToken } = await users.listUserChanges({});
  const seen = async (filter: string) => {
    const { changes, caughtUp } = await users.listUserChanges({ changeToken, filter });
    expect(caughtUp).toBe(true);
    return changes.map(brief);
  };
  return { account, users, changeToken, seen };
}

describe.each(PROTOCOL_NAMES)("a filtered watch, %s", (protocol) => {
  test("delivers who passes, who comes to pass, who no longer does, and nothing of the others", async () => {
    const account = await roster.account();
    const users = account.users();
    const [start] = await takeChanges(users, {}, 1);
    await addUser(users, { id: "ada", project: "engine" });
    await addUser(users, { id: "kay", project: "smalltalk" });
    await users.updateUser({ user: { id: "ada", name: "Ada" } });
    await users.updateUser({ user: { id: "kay", name: "Kay" } });
    const entered = await users.updateUser({ user: { id: "kay", project: "engine" } });
    await users.updateUser({ user: { id: "ada", project: "analysis", about: "x" } });
    await users.updateUser({ user: { id: "ada", about: "y" } });
    await users.deleteUser({ id: "ada" });
    await users.deleteUser({ id: "kay" });
    await users.undeleteUser({ id: "kay" });
    await users.purgeUser({ id: "kay" });
    await addUser(users, { id: "kay" });
    const request = { start: after(present(start).changeToken), filter: 'project == "engine"' };
    const earlier = await watch(account.users(protocol), request).until("PURGED kay 6");
    expect(earlier.map(brief)).toEqual(["CREATED ada 1", "UPDATED ada 2", "LEFT_FILTER ada 3", "PURGED kay 6"]);
    expect(earlier[2]).toMatchObject({ changedFields: ["about", "project"] });
    expect(earlier[2]?.user).toBeUndefined();
    expect(entered.user?.version).toBe(3n);
  });

  test("that is wrong is refused with its offset", async () => {
    const users = roster.users(protocol);
    for (const call of [
      () => takeChanges(users, { filter: 'name == "é😀" && nope == 1' }, 1),
      () => users.listUserChanges({ filter: 'name == "é😀" && nope == 1' }),
    ]) {
      const error = demand(await call().catch((refusal: unknown) => refusal), Code.InvalidArgument, "FILTER_INVALID");
      expect(error.findDetails(ErrorInfoSchema)[0]?.metadata).toEqual({ offset: "16" });
    }
  });
});

test.each([
  ["4 KiB", `name == "${"x".repeat(4096)}"`],
  ["64 terms", Array(65).fill("super_admin").join(" && ")],
  ["32 levels", `${"!(".repeat(33)}super_admin${")".repeat(33)}`],
])("a filter of changes has at most %s, as any filter", async (_, filter) => {
  await failure(roster.users().listUserChanges({ filter }), Code.InvalidArgument, "FILTER_INVALID");
  await failure(takeChanges(roster.users(), { filter }, 1), Code.InvalidArgument, "FILTER_INVALID");
});

test("one who enters by an update comes with the whole image; one who is deleted and still passes, as deleted", async () => {
  const { users, changeToken } = await begin();
  await addUser(users, { id: "kay", project: "smalltalk", displayName: "Alan" });
  await users.updateUser({ user: { id: "kay", project: "engine" } });
  const { user } = await users.deleteUser({ id: "kay" });
  const { changes } = await users.listUserChanges({ changeToken, filter: 'project == "engine"' });
  expect(changes.map(brief)).toEqual(["UPDATED kay 2", "DELETED kay 3"]);
  expect(changes[0]?.user).toMatchObject({ id: "kay", displayName: "Alan", project: "engine" });
  expect(changes[1]?.user).toEqual(user);
});

test("a deletion is a change like others: it enters, leaves or stays in a filter by the fields it changes", async () => {
  const { users, seen } = await begin();
  await addUser(users, { id: "ada" });
  await users.deleteUser({ id: "ada" });
  await users.undeleteUser({ id: "ada" });
  expect(await seen("has(id)")).toEqual(["CREATED ada 1", "DELETED ada 2", "UNDELETED ada 3"]);
  expect(await seen("!has(delete_time)")).toEqual(["CREATED ada 1", "LEFT_FILTER ada 2", "UNDELETED ada 3"]);
  expect(await seen("has(delete_time)")).toEqual(["DELETED ada 2", "LEFT_FILTER ada 3"]);
  expect(await seen("version == 1")).toEqual(["CREATED ada 1", "LEFT_FILTER ada 2"]);
});

test("a filter sees fields and metadata alike, and suspension", async () => {
  const { users, seen } = await begin();
  await addUser(users, { id: "ada", metadata: { plan: "pro" }, email: "Ada@example.com" });
  await users.suspendUser({ id: "ada" });
  await users.updateUser({ user: { id: "ada", metadata: { plan: "free" } } });
  await users.upsertUser({ user: { id: "ada", status: UserStatus.ACTIVE } });
  expect(await seen('status == "ACTIVE"')).toEqual(["CREATED ada 1", "LEFT_FILTER ada 2", "UPDATED ada 4"]);
  expect(await seen('metadata.plan == "pro"')).toEqual(["CREATED ada 1", "UPDATED ada 2", "LEFT_FILTER ada 3"]);
  expect(await seen('email == "ADA@example.com"')).toEqual([
    "CREATED ada 1",
    "UPDATED ada 2",
    "UPDATED ada 3",
    "LEFT_FILTER ada 4",
  ]);
});

test("each change of a transaction counts by itself, and those that pass stay together", async () => {
  const { users, changeToken } = await begin();
  const rows = ["a", "b", "a"].map((id, index) => ({ id, project: index === 2 ? "out" : "in" }));
  const { created, updated } = await users.importUsers({ users: rows, mode: 2 });
  expect([created, updated]).toEqual([2, 1]);
  const { changes } = await users.listUserChanges({ changeToken, filter: 'project == "in"', pageSize: 1 });
  expect(changes.map(brief)).toEqual(["CREATED a 1", "CREATED b 1", "LEFT_FILTER a 2"]);
  expect(new Set(changes.map(({ revision }) => revision)).size).toBe(1);
});

test("the initial state has the live users that pass, then come changes", async () => {
  const { users } = await begin();
  await addUsers(users, 450, (index) => `u${String(index).padStart(3, "0")}`);
  await users.deleteUser({ id: "u100" });
  const watcher = watch(users, { start: STATE, filter: 'id.endsWith("00")' });
  expect((await watcher.changes(4)).flat().map(brief)).toEqual([0, 2, 3, 4].map((hundred) => `CREATED u${hundred}00 1`));
  await users.updateUser({ user: { id: "u301", name: "Unseen" } });
  await users.updateUser({ user: { id: "u300", name: "Seen" } });
  expect((await watcher.changes(1)).flat().map(brief)).toEqual(["UPDATED u300 2"]);
});

test("a filter that nothing passes is caught up at once, and its tokens go on past what it leaves out", async () => {
  const { users } = await begin();
  await addUser(users, { id: "ada" });
  const watcher = watch(users, { start: STATE, filter: 'project == "none"' });
  expect(await watcher.next()).toMatchObject({ changes: [], caughtUp: true });
  await users.updateUser({ user: { id: "ada", name: "Ada" } });
  const isPast = async () => {
    const { changeToken } = await watcher.next();
    return (await users.listUserChanges({ changeToken })).changes.length;
  };
  await expect.poll(isPast).toBe(0);
});

test("a long stretch without anyone who passes brings tokens on the way", async () => {
  const { users, changeToken } = await begin();
  for (let round = 0; round < 25; round += 1) await addUsers(users, 100);
  await addUser(users, { id: "the-one" });
  const request = { start: after(changeToken), filter: 'id == "the-one"' };
  const watcher = watch(users, request);
  const first = await watcher.next();
  expect(first).toMatchObject({ changes: [], caughtUp: false });
  expect((await watcher.until("CREATED the-one 1")).map(brief)).toEqual(["CREATED the-one 1"]);
  // On a slow machine heartbeats come in between.
  const rest = watch(users, { ...request, start: after(first.changeToken) });
  expect((await rest.changes(1)).flat().map(brief)).toEqual(["CREATED the-one 1"]);
});

test("changes are listed by filter in pages of at most that many, and the last page says so", async () => {
  const { users, changeToken } = await begin();
  for (let round = 0; round < 30; round += 1) {
    const rows = Array.from({ length: 90 }, (_, n) => ({
      id: `u${round}-${n}`,
      metadata: { odd: n === 7 && round % 2 === 1 },
    }));
    await users.importUsers({ users: rows });
  }
  const pages: string[][] = [];
  let page = await users.listUserChanges({ changeToken, filter: "metadata.odd", pageSize: 2 });
  while (!page.caughtUp) {
    pages.push(page.changes.map(({ userId }) => userId));
    page = await users.listUserChanges({ changeToken: page.changeToken, filter: "metadata.odd", pageSize: 2 });
  }
  pages.push(page.changes.map(({ userId }) => userId));
  expect(pages.flat()).toEqual(Array.from({ length: 15 }, (_, n) => `u${2 * n + 1}-7`));
  expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(2);
  const quiet = await users.listUserChanges({ changeToken, filter: 'id == "nobody"' });
  expect([quiet.changes, quiet.caughtUp]).toEqual([[], false]);
  const rest = await users.listUserChanges({ changeToken: quiet.changeToken, filter: 'id == "nobody"' });
  expect([rest.changes, rest.caughtUp]).toEqual([[], true]);
});

test("a token of one filter may be used with another: it is a place, no more", async () => {
  const { users } = await begin();
  const summary = (await all(users.listUsersChunked({ filter: 'id == "ada"' }))).at(-1)?.summary;
  await addUser(users, { id: "ada" });
  const { changeToken } = present(summary);
  expect((await users.listUserChanges({ changeToken })).changes.map(brief)).toEqual(["CREATED ada 1"]);
  expect((await users.listUserChanges({ changeToken, filter: 'id == "kay"' })).changes).toEqual([]);
});

test("watchers of several filters each get their own, from one reading for all of them", async () => {
  const { account, users } = await begin();
  const { store } = roster.server;
  const clients = Array.from({ length: 4 }, () => account.users("gRPC, HTTP/2"));
  const filters = ["", "metadata.n == 1", "metadata.n == 2", "metadata.n > 0"];
  const watchers = clients.flatMap((client) => filters.flatMap((filter) => Array(10).fill({ client, filter })));
  const opened = watchers.map(({ client, filter }) => ({ filter, watcher: watch(client, { filter }) }));
  await Promise.all(opened.map(({ watcher }) => watcher.next()));
  const reading = vi.spyOn(store, "read");
  await users.importUsers({ users: [1, 2, 3].map((n) => ({ id: `u${n}`, metadata: { n } })) });
  const delivered = await Promise.all(
    opened.map(async ({ filter, watcher }) => {
      const changes = (await watcher.changes(1)).flat();
      return `${filter}: ${changes.map(({ userId }) => userId).join(" ")}`;
    }),
  );
  const reads = reading.mock.calls.length;
  reading.mockRestore();
  expect([...new Set(delivered)]).toEqual([
    ": u1 u2 u3",
    "metadata.n == 1: u1",
    "metadata.n == 2: u2",
    "metadata.n > 0: u1 u2 u3",
  ]);
  // 160 watchers: the reading without what was before, the one with it, and as often again where the poll came in between.
  expect(reads).toBeLessThan(20);
});
