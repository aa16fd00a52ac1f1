import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { DAY } from "../../../src/directory/values/clock.ts";
import { demand, failure } from "../../support/clients.ts";
import { GRPC_PORTS, openPulledStream } from "../../support/pulled-stream.ts";
import { addUser, addUsers, adjustableClock, all, present, useRoster } from "../setup.ts";
import { brief, takeChanges, watch, watchFromNow } from "./watcher.ts";

/** Each is one transaction of 750 kB, and so one message. */
const ROUNDS = 8;

const clock = adjustableClock();
const roster = useRoster({ now: clock.now });

test("changes are listed page by page, and the last page says so", async () => {
  const account = await roster.account();
  const users = account.users();
  const { changes, changeToken, caughtUp } = await users.listUserChanges({});
  expect([changes, caughtUp]).toEqual([[], true]);
  for (const id of ["a", "b", "c", "d", "e"]) await addUser(users, { id });
  const pages: string[][] = [];
  let token = changeToken;
  for (let done = false; !done; ) {
    const page = await users.listUserChanges({ changeToken: token, pageSize: 2 });
    pages.push(page.changes.map(({ userId }) => userId));
    token = page.changeToken;
    done = page.caughtUp;
  }
  expect(pages).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  expect(await users.listUserChanges({ changeToken: token })).toMatchObject({ changes: [], caughtUp: true });
});

test("a transaction is not split over two pages", async () => {
  const account = await roster.account();
  const users = account.users();
  const { changeToken } = await users.listUserChanges({});
  await addUsers(users, 30);
  await addUser(users, { id: "last" });
  const first = await users.listUserChanges({ changeToken, pageSize: 1 });
  expect([first.changes.length, first.caughtUp]).toEqual([30, false]);
  const second = await users.listUserChanges({ changeToken: first.changeToken, pageSize: 1 });
  expect(second.changes.map(brief)).toEqual(["CREATED last 1"]);
});

test("the tokens of exports, watches and pages are of one kind", async () => {
  const account = await roster.account();
  const users = account.users();
  const summary = (await all(users.listUsersChunked({}))).at(-1)?.summary;
  const { id } = await addUser(users);
  const [message] = await takeChanges(users, { start: { case: "changeToken", value: present(summary).changeToken } }, 1);
  expect(message?.changes.map(({ userId }) => userId)).toEqual([id]);
  await users.deleteUser({ id });
  const page = await users.listUserChanges({ changeToken: present(message).changeToken });
  expect(page.changes.map(brief)).toEqual([`DELETED ${id} 2`]);
});

test("a token of nobody, of something else or of another account is refused", async () => {
  const [one, other] = [await roster.account(), await roster.account()];
  const [mine, foreign] = [await one.users().listUserChanges({}), await other.users().listUserChanges({})];
  await addUser(one.users());
  const { nextPageToken } = await one.users().listUsers({ pageSize: 1 });
  const cases = [
    ["nonsense", "CHANGE_TOKEN_INVALID"],
    [`${mine.changeToken}A`, "CHANGE_TOKEN_INVALID"],
    [foreign.changeToken, "CHANGE_TOKEN_MISMATCH"],
    [nextPageToken, "CHANGE_TOKEN_MISMATCH"],
  ] as const;
  for (const [changeToken, reason] of cases) {
    await failure(one.users().listUserChanges({ changeToken }), Code.InvalidArgument, reason);
    const start = { case: "changeToken", value: changeToken } as const;
    demand(await watch(one.users(), { start }).error(), Code.InvalidArgument, reason);
  }
  await failure(one.users().listUserChanges({ pageSize: -1 }), Code.InvalidArgument, "FIELD_INVALID");
  const empty = { case: "changeToken", value: "" } as const;
  demand(await watch(one.users(), { start: empty }).error(), Code.InvalidArgument, "FIELD_INVALID");
});

test("a token older than the history has expired; one as old as its floor has not", async () => {
  const account = await roster.account();
  const users = account.users();
  const before = await users.listUserChanges({});
  await addUser(users, { id: "old" });
  const at = await users.listUserChanges({});
  clock.advance(2 * DAY);
  await addUser(users, { id: "new" });
  await roster.server.store.prune({ changes: clock.now() - DAY, answers: 0, audit: 0 });
  const { changeToken } = before;
  await failure(users.listUserChanges({ changeToken }), Code.FailedPrecondition, "CHANGE_TOKEN_EXPIRED");
  const stale = watch(users, { start: { case: "changeToken", value: changeToken } });
  demand(await stale.error(), Code.FailedPrecondition, "CHANGE_TOKEN_EXPIRED");
  const { changes } = await users.listUserChanges({ changeToken: at.changeToken });
  expect(changes.map(brief)).toEqual(["CREATED new 1"]);
});

test.each(GRPC_PORTS)("a watch that the history outruns ends, in mid-stream: %s", async (port) => {
  const account = await roster.account();
  const users = account.users();
  const { changeToken } = await users.listUserChanges({});
  const about = "x".repeat(15_000);
  for (let round = 0; round < ROUNDS; round += 1) {
    await users.importUsers({ users: Array.from({ length: 50 }, () => ({ about })) });
  }
  const start = { case: "changeToken", value: changeToken } as const;
  const caller = { url: roster.server.url, secret: account.secret };
  const slow = openPulledStream(caller, port, UserService.method.watchUsers, { start });
  await slow.next();
  // Whoever reads has it all by now.
  await watch(users, { start }).changes(50 * ROUNDS);
  clock.advance(2 * DAY);
  await addUser(users);
  await roster.server.store.prune({ changes: clock.now() - DAY, answers: 0, audit: 0 });
  demand(await slow.error(), Code.FailedPrecondition, "CHANGE_TOKEN_EXPIRED");
});

test("an idle watch outlives the pruning of all that it has seen", async () => {
  const account = await roster.account();
  const watcher = await watchFromNow(account.users());
  await addUser(account.users());
  await watcher.changes(1);
  clock.advance(2 * DAY);
  await roster.server.store.prune({ changes: clock.now() - DAY, answers: 0, audit: 0 });
  await addUser(account.users(), { id: "late" });
  expect((await watcher.changes(1)).flat().map(brief)).toEqual(["CREATED late 1"]);
});
