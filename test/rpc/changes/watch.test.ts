import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, addUsers, all, present, useRoster } from "../setup.ts";
import { brief, takeChanges, watch, watchFromNow } from "./watcher.ts";

const roster = useRoster({ watchHeartbeatMs: 200 });

test.each(PROTOCOL_NAMES)(
  "a watch from now delivers each change with what it left and who made it: %s",
  async (protocol) => {
    const account = await roster.account();
    const users = account.users();
    await addUser(users, { id: "before" });
    const watcher = await watchFromNow(account.users(protocol));
    const { user, revision } = await users.createUser({ userId: "ada", user: { name: "Ada" }, requestId: "r-1" });
    const updated = await users.updateUser({ user: { id: "ada", about: "x", displayName: "Ada L" } });
    await users.suspendUser({ id: "ada" });
    await users.deleteUser({ id: "ada" });
    await users.undeleteUser({ id: "ada" });
    const changes = (await watcher.changes(5)).flat();
    await users.purgeUser({ id: "ada" });
    changes.push(...(await watcher.changes(1)).flat());
    expect(changes.map(brief)).toEqual([
      "CREATED ada 1",
      "UPDATED ada 2",
      "UPDATED ada 3",
      "DELETED ada 4",
      "UNDELETED ada 5",
      "PURGED ada 6",
    ]);
    expect(changes.map((change) => change.revision - revision)).toEqual([0n, 1n, 2n, 3n, 4n, 5n]);
    const [created, second] = changes;
    const { apiKey } = await account.keys().whoAmI({});
    expect(created).toMatchObject({ requestId: "r-1", apiKeyId: apiKey?.id, user, changedFields: [] });
    expect(created?.commitTime).toBeDefined();
    expect(second).toMatchObject({ changedFields: ["display_name", "about"], user: updated.user, requestId: "" });
    expect(changes.at(-1)?.user).toBeUndefined();
  },
);

test("changes of one transaction arrive in one message, however many", async () => {
  const account = await roster.account();
  const watcher = await watchFromNow(account.users());
  await addUsers(account.users(), 1000);
  await addUsers(account.users(), 700);
  await addUser(account.users());
  const messages = await watcher.changes(1701);
  for (const changes of messages.slice(0, 2)) {
    expect(new Set(changes.map(({ revision }) => revision)).size).toBe(1);
  }
  expect(messages.map((changes) => changes.length)).toEqual([1000, 700, 1]);
});

test("a message holds several small transactions, none of them split, and is cut at 500 changes and about 1 MiB", async () => {
  const account = await roster.account();
  const users = account.users();
  const [start] = await takeChanges(users, {}, 1);
  for (let round = 0; round < 5; round += 1) await addUsers(users, 200);
  const about = "x".repeat(15_000);
  for (let round = 0; round < 4; round += 1) {
    await users.importUsers({ users: Array.from({ length: 40 }, () => ({ about })) });
  }
  const start2 = { case: "changeToken", value: present(start).changeToken } as const;
  const messages = await watch(users, { start: start2 }).changes(1160);
  const sizes = messages.map((changes) => changes.length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
  expect(sizes.length).toBeLessThan(12);
  const lastOf = messages.map((changes) => changes.at(-1)?.revision);
  const firstOf = messages.slice(1).map((changes) => changes[0]?.revision);
  firstOf.forEach((revision, index) => {
    expect(revision).toBe((lastOf[index] ?? 0n) + 1n);
  });
});

test("the initial state is every live user once, by id; then every change, without a gap", async () => {
  const account = await roster.account();
  const users = account.users();
  await addUsers(users, 1200, (index) => `u${String(index).padStart(4, "0")}`);
  await users.deleteUser({ id: "u0003" });
  const watcher = watch(users, { start: { case: "withInitialState", value: true } });
  const first = await watcher.next();
  expect(first.caughtUp).toBe(false);
  await users.updateUser({ user: { id: "u0000", name: "Late" } });
  await users.deleteUser({ id: "u1199" });
  const messages = [first];
  while (messages.flatMap(({ changes }) => changes).length < 1200 + 2) messages.push(await watcher.next());
  const changes = messages.flatMap((message) => message.changes);
  const state = changes.slice(0, 1200);
  expect(state.map(({ userId }) => userId)).toEqual(state.map(({ userId }) => userId).toSorted());
  expect(new Set(state.map(({ userId }) => userId))).not.toContain("u0003");
  expect(state.every(({ version, user }) => version === user?.version)).toBe(true);
  expect(changes.slice(1200).map(brief)).toEqual(["UPDATED u0000 2", "DELETED u1199 2"]);
  const arrived = messages.findIndex(({ caughtUp }) => caughtUp);
  expect(messages.slice(0, arrived + 1).flatMap((message) => message.changes).length).toBeGreaterThanOrEqual(1200);
  expect(messages.slice(arrived).every(({ caughtUp }) => caughtUp)).toBe(true);
});

test("an initial state that breaks goes on where it broke, as of the same revision", async () => {
  const account = await roster.account();
  const users = account.users();
  await addUsers(users, 300, (index) => `u${String(index).padStart(4, "0")}`);
  const [first] = await takeChanges(users, { start: { case: "withInitialState", value: true } }, 1);
  await users.updateUser({ user: { id: "u0299", name: "Changed since" } });
  const token = present(first).changeToken;
  const rest = (
    await watch(users, { start: { case: "changeToken", value: token } }).changes(302 - present(first).changes.length)
  ).flat();
  const seen = [...present(first).changes, ...rest];
  expect(new Set(seen.map(({ userId }) => userId)).size).toBe(301);
  expect(seen.filter(({ userId }) => userId === "u0299").map(brief)).toEqual(["CREATED u0299 1", "UPDATED u0299 2"]);
});

test("an empty account is caught up at once", async () => {
  const accountId = await roster.emptyAccount();
  const start = { case: "withInitialState", value: true } as const;
  expect(await takeChanges(roster.users(), { accountId, start }, 1)).toMatchObject([{ changes: [], caughtUp: true }]);
});

test("export then watch: the token of the export's summary yields every change after it", async () => {
  const account = await roster.account();
  const users = account.users();
  await addUsers(users, 10, (index) => `u${index}`);
  const summary = (await all(users.listUsersChunked({}))).at(-1)?.summary;
  await users.deleteUser({ id: "u3" });
  await users.purgeUser({ id: "u4" });
  const start = { case: "changeToken", value: present(summary).changeToken } as const;
  const watcher = watch(users, { start });
  expect((await watcher.changes(2)).flat().map(brief)).toEqual(["DELETED u3 2", "PURGED u4 2"]);
});

test("a purge leaves no error and no gap for others, and takes the user's earlier changes", async () => {
  const account = await roster.account();
  const users = account.users();
  const [start] = await takeChanges(users, {}, 1);
  for (const id of ["ada", "grace", "kay"]) await addUser(users, { id });
  await users.updateUser({ user: { id: "grace", name: "Grace" } });
  await users.purgeUser({ id: "grace" });
  await addUser(users, { id: "grace" });
  const watcher = watch(users, { start: { case: "changeToken", value: present(start).changeToken } });
  expect((await watcher.changes(4)).flat().map(brief)).toEqual([
    "CREATED ada 1",
    "CREATED kay 1",
    "PURGED grace 3",
    "CREATED grace 1",
  ]);
});

test("an idle watch sends a token again and again, and goes on from it", async () => {
  const account = await roster.account();
  const watcher = await watchFromNow(account.users());
  await watcher.next();
  const { changes, changeToken, caughtUp } = await watcher.next();
  expect([changes, caughtUp]).toEqual([[], true]);
  watcher.hangUp();
  await addUser(account.users(), { id: "ada" });
  const again = watch(account.users(), { start: { case: "changeToken", value: changeToken } });
  expect((await again.changes(1)).flat().map(brief)).toEqual(["CREATED ada 1"]);
});

test("changes of other accounts are not delivered", async () => {
  const [one, other] = [await roster.account(), await roster.account()];
  const watcher = await watchFromNow(one.users());
  await addUser(other.users(), { id: "other" });
  await addUser(one.users(), { id: "own" });
  expect((await watcher.changes(1)).flat().map(brief)).toEqual(["CREATED own 1"]);
});

test("a thousand watchers all get a change", async () => {
  const account = await roster.account();
  const clients = Array.from({ length: 20 }, () => account.users("gRPC, HTTP/2"));
  const watchers = await Promise.all(clients.flatMap((users) => Array.from({ length: 50 }, () => watchFromNow(users))));
  await addUser(account.users(), { id: "ada" });
  const delivered = await Promise.all(watchers.map((watcher) => watcher.changes(1)));
  expect(delivered.flat(2).map(brief)).toEqual(Array(1000).fill("CREATED ada 1"));
});

test("an account that is erased ends its watches", async () => {
  const account = await roster.account();
  const watcher = await watchFromNow(roster.users(), account.id);
  await roster.accounts().deleteAccount({ accountId: account.id, force: true });
  expect(await watcher.error()).toMatchObject({ code: Code.NotFound });
});
