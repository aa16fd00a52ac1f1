import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { UserStatus } from "../../../gen/roster/v1/user_pb.js";
import { failure, fieldsOf } from "../../support/clients.ts";
import { addSession, addUser, type Users, useRoster } from "../setup.ts";

const roster = useRoster();

/** A user with two open sessions and one that has ended, and somebody else with an open one. */
async function begin() {
  const account = await roster.account();
  const sessions = account.sessions();
  const { id: userId } = await addUser(account.users());
  for (const id of ["one", "two", "over"]) await addSession(sessions, { id, userId, externalId: id, metadata: { of: id } });
  const { session: over } = await sessions.endSession({ id: "over" });
  const bystander = await addSession(sessions, { id: "bystander", userId: account.ownerId });
  return { ...account, userId, over, bystander };
}

type Account = Awaited<ReturnType<typeof begin>>;

async function endTimes({ sessions, userId }: Account) {
  const listed = await sessions().listUserSessions({ userId });
  return Object.fromEntries(listed.sessions.map(({ id, endTime }) => [id, endTime]));
}

describe("a user's open sessions end, in the same moment, and the others' stay open", () => {
  const ways: Array<[string, (users: Users, id: string) => Promise<unknown>]> = [
    ["SuspendUser", (users, id) => users.suspendUser({ id })],
    ["UpdateUser", (users, id) => users.updateUser({ user: { id, status: UserStatus.SUSPENDED } })],
    ["UpsertUser", (users, id) => users.upsertUser({ user: { id, status: UserStatus.SUSPENDED } })],
    ["ImportUsers", (users, id) => users.importUsers({ users: [{ id, status: UserStatus.SUSPENDED }], mode: 2 })],
  ];
  test.each(ways)("by %s, which suspends the user", async (_, suspend) => {
    const account = await begin();
    await suspend(account.users(), account.userId);
    const times = await endTimes(account);
    const { user } = await account.users().getUser({ key: { case: "id", value: account.userId } });
    expect(user?.status).toBe(UserStatus.SUSPENDED);
    expect(times["one"]).toEqual(user?.updateTime);
    expect(times["two"]).toEqual(user?.updateTime);
    expect(times["over"]).toEqual(account.over?.endTime);
    expect((await account.sessions().getSession({ id: "bystander" })).session).toEqual(account.bystander);
    await account.users().activateUser({ id: account.userId });
    expect(await endTimes(account)).toEqual(times);
  });

  test("by EndUserSessions, which counts them", async () => {
    const account = await begin();
    const end = () => account.sessions().endUserSessions({ userId: account.userId });
    expect((await end()).endedCount).toBe(2n);
    const times = await endTimes(account);
    expect(times["one"]).toEqual(times["two"]);
    expect((await end()).endedCount).toBe(0n);
    expect(await endTimes(account)).toEqual(times);
    expect((await account.sessions().getSession({ id: "bystander" })).session?.endTime).toBeUndefined();
  });

  test("and have other etags then", async () => {
    const { users, sessions, userId } = await begin();
    const { session: before } = await sessions().getSession({ id: "one" });
    await users().suspendUser({ id: userId });
    await failure(sessions().deleteSession({ id: "one", etag: before?.etag ?? "" }), Code.Aborted, "ETAG_MISMATCH");
  });

  test("only if the user is suspended in the end", async () => {
    const account = await begin();
    const { users, userId } = account;
    await failure(users().suspendUser({ id: userId, etag: "old" }), Code.Aborted, "ETAG_MISMATCH");
    const clash = { id: userId, status: UserStatus.SUSPENDED, email: "no address" };
    await failure(users().updateUser({ user: clash }), Code.InvalidArgument, "FIELD_INVALID");
    await users().updateUser({ user: { id: userId, status: UserStatus.SUSPENDED }, validateOnly: true });
    expect(await endTimes(account)).toMatchObject({ one: undefined, two: undefined });
  });
});

describe("the sessions of a deleted user", () => {
  test("vanish from every read and write, and are there again, ended, when the user is", async () => {
    const account = await begin();
    const { users, userId } = account;
    const sessions = account.sessions();
    await users().deleteUser({ id: userId });
    for (const id of ["one", "over"]) {
      await failure(sessions.getSession({ id }), Code.NotFound, "SESSION_NOT_FOUND");
      await failure(sessions.updateSession({ session: { id } }), Code.NotFound, "SESSION_NOT_FOUND");
      await failure(sessions.endSession({ id }), Code.NotFound, "SESSION_NOT_FOUND");
      await failure(sessions.deleteSession({ id }), Code.NotFound, "SESSION_NOT_FOUND");
    }
    await failure(sessions.listUserSessions({ userId }), Code.NotFound, "USER_NOT_FOUND");
    expect(await sessions.listSessions({ includeTotal: true })).toMatchObject({
      sessions: [{ id: "bystander" }],
      totalSize: 1n,
    });
    const everywhere = await roster.sessions().listSessions({ accountId: "-", pageSize: 1000 });
    expect(everywhere.sessions.filter((session) => session.userId === userId)).toEqual([]);
    const { user } = await users().undeleteUser({ id: userId });
    const times = await endTimes(account);
    expect(Object.keys(times).sort()).toEqual(["one", "over", "two"]);
    expect([times["one"], times["two"], times["over"]]).not.toContain(undefined);
    expect(times["over"]).toEqual(account.over?.endTime);
    expect(user?.deleteTime).toBeUndefined();
    expect((await sessions.getSession({ id: "one" })).session?.metadata).toEqual({ of: "one" });
  });

  test("keep their ids, which nobody else gets until they are erased", async () => {
    const { users, sessions, userId, ownerId } = await begin();
    const take = () => addSession(sessions(), { id: "one", userId: ownerId });
    await users().deleteUser({ id: userId });
    await failure(take(), Code.AlreadyExists, "SESSION_ID_TAKEN");
    const { receipt } = await users().purgeUser({ id: userId });
    expect(receipt?.sessionCount).toBe(3n);
    expect(await take()).toMatchObject({ userId: ownerId, metadata: {} });
  });
});

test("the sessions of a purged user are gone, and a new user of the same id has none", async () => {
  const { users, sessions, userId } = await begin();
  await users().purgeUser({ id: userId });
  await addUser(users(), { id: userId });
  expect((await sessions().listUserSessions({ userId, includeTotal: true })).totalSize).toBe(0n);
  for (const id of ["one", "two", "over"]) {
    await failure(sessions().getSession({ id }), Code.NotFound, "SESSION_NOT_FOUND");
  }
});

test("no session outlives its user, however creates race with deletes", async () => {
  const { users, sessions } = await roster.account();
  for (let round = 0; round < 10; round += 1) {
    const { id: userId } = await addUser(users());
    await Promise.allSettled([
      addSession(sessions(), { userId }),
      users().deleteUser({ id: userId }),
      addSession(sessions(), { userId }),
    ]);
    await users().undeleteUser({ id: userId });
    const { sessions: left } = await sessions().listUserSessions({ userId });
    expect(left.filter(({ endTime }) => endTime === undefined)).toEqual([]);
  }
});

test("a session's account_id must be the account of the request", async () => {
  const [{ id: accountId, sessions, ownerId: userId }, other] = [await roster.account(), await roster.account()];
  expect((await addSession(sessions(), { accountId, userId })).accountId).toBe(accountId);
  for (const session of [
    { accountId: other.id, userId },
    { accountId: "nowhere", userId },
  ]) {
    await failure(sessions().createSession({ session }), Code.PermissionDenied, "PERMISSION_DENIED");
  }
  const elsewhere = roster.sessions().createSession({ accountId, session: { accountId: other.id, userId } });
  expect(fieldsOf(await failure(elsewhere, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["session.account_id"]);
});
