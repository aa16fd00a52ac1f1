import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ResourceInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addSession, addUser, type Sessions, useRoster } from "../setup.ts";

const roster = useRoster();

type NewSession = NonNullable<Parameters<Sessions["createSession"]>[0]["session"]>;

describe.each(PROTOCOL_NAMES)("a session, %s", (protocol) => {
  test("is begun, found, changed, ended and deleted", async () => {
    const account = await roster.account();
    const sessions = account.sessions(protocol);
    const userId = account.ownerId;
    const begun = await addSession(sessions, { userId, externalId: "x", metadata: { a: 1 } });
    expect(begun).toMatchObject({ accountId: account.id, userId, externalId: "x", metadata: { a: 1 } });
    expect(begun.id).toMatch(/^S[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(begun.updateTime).toEqual(begun.createTime);
    expect(begun.endTime).toBeUndefined();
    expect((await sessions.getSession({ id: begun.id })).session).toEqual(begun);
    const { session: changed } = await sessions.updateSession({ session: { id: begun.id, metadata: { b: 2 } } });
    expect(changed).toMatchObject({ externalId: "x", metadata: { b: 2 }, createTime: begun.createTime });
    expect(changed?.etag).not.toBe(begun.etag);
    const { session: ended } = await sessions.endSession({ id: begun.id });
    expect(ended?.endTime).toEqual(ended?.updateTime);
    expect((await sessions.getSession({ id: begun.id })).session).toEqual(ended);
    await sessions.deleteSession({ id: begun.id });
    await failure(sessions.getSession({ id: begun.id }), Code.NotFound, "SESSION_NOT_FOUND");
  });
});

describe("CreateSession", () => {
  test("takes an id of the caller's choice, in either place, byte by byte", async () => {
    const { sessions, ownerId: userId } = await roster.account();
    for (const id of ["my-session", "My-Session", "a/b%2F?#@..", "1"]) {
      const { session } = await sessions().createSession({ sessionId: id, session: { userId } });
      expect(session?.id).toBe(id);
    }
    expect((await addSession(sessions(), { id: "inside", userId })).id).toBe("inside");
    const both = sessions().createSession({ sessionId: "a", session: { id: "b", userId } });
    expect(fieldsOf(await failure(both, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["session.id"]);
    expect((await sessions().createSession({ sessionId: "c", session: { id: "c", userId } })).session?.id).toBe("c");
  });

  test("refuses an id that a session of the account has, open or ended, whosever it is", async () => {
    const [{ users, sessions, ownerId: userId }, other] = [await roster.account(), await roster.account()];
    const second = await addUser(users());
    await addSession(sessions(), { id: "taken", userId });
    const again = () => addSession(sessions(), { id: "taken", userId: second.id });
    const error = await failure(again(), Code.AlreadyExists, "SESSION_ID_TAKEN");
    expect(error.findDetails(ResourceInfoSchema)).toMatchObject([
      { resourceType: "roster.v1.Session", resourceName: "taken" },
    ]);
    await sessions().endSession({ id: "taken" });
    await failure(again(), Code.AlreadyExists, "SESSION_ID_TAKEN");
    expect((await addSession(other.sessions(), { id: "taken", userId: other.ownerId })).accountId).toBe(other.id);
  });

  test("keeps external ids apart among the open sessions of one user, and of nobody else", async () => {
    const { users, sessions, ownerId: userId } = await roster.account();
    const second = await addUser(users());
    const first = await addSession(sessions(), { userId, externalId: "x", metadata: { private: true } });
    const error = await failure(
      addSession(sessions(), { userId, externalId: "x" }),
      Code.AlreadyExists,
      "EXTERNAL_ID_TAKEN",
    );
    expect(error.findDetails(ResourceInfoSchema)).toMatchObject([{ resourceName: first.id }]);
    const theirs = await addSession(sessions(), { userId: second.id, externalId: "x" });
    expect(theirs).toMatchObject({ userId: second.id, metadata: {} });
    expect(theirs.id).not.toBe(first.id);
    expect((await addSession(sessions(), { userId, externalId: "X" })).id).not.toBe(first.id);
    await sessions().endSession({ id: first.id });
    expect((await addSession(sessions(), { userId, externalId: "x" })).id).not.toBe(first.id);
  });

  test("lets one of fifty parallel calls with one external id through, and the others know why", async () => {
    const { sessions, ownerId: userId } = await roster.account();
    const calls = Array.from({ length: 50 }, () => addSession(sessions(), { userId, externalId: "one" }));
    const outcomes = await Promise.allSettled(calls);
    const lost = outcomes.filter(({ status }) => status === "rejected");
    expect(lost).toHaveLength(49);
    for (const call of calls) {
      await call.catch(() => failure(call, Code.AlreadyExists, "EXTERNAL_ID_TAKEN"));
    }
    expect((await sessions().listSessions({ includeTotal: true })).totalSize).toBe(1n);
  });

  test("is for users of the account who take part", async () => {
    const [{ users, sessions }, other] = [await roster.account(), await roster.account()];
    const [deleted, suspended] = [await addUser(users()), await addUser(users())];
    const invited = await addUser(users(), { status: 1 });
    await users().deleteUser({ id: deleted.id });
    await users().suspendUser({ id: suspended.id });
    for (const userId of ["nobody", deleted.id, other.ownerId]) {
      await failure(addSession(sessions(), { userId }), Code.NotFound, "USER_NOT_FOUND");
    }
    await failure(addSession(sessions(), { userId: suspended.id }), Code.FailedPrecondition, "USER_SUSPENDED");
    expect((await addSession(sessions(), { userId: invited.id })).userId).toBe(invited.id);
  });

  const bad: Array<[string, NewSession, string]> = [
    ["no user", {}, "session.user_id"],
    ["a user id that can't be one", { userId: "a b" }, "session.user_id"],
    ["an id that can't be one", { userId: "u", id: "a\nb" }, "session.id"],
    ["an empty external id", { userId: "u", externalId: "" }, "session.external_id"],
    ["a blank external id", { userId: "u", externalId: " \u2003" }, "session.external_id"],
    ["a control character in the external id", { userId: "u", externalId: "a\0" }, "session.external_id"],
    ["an external id of 256 characters", { userId: "u", externalId: "x".repeat(256) }, "session.external_id"],
    ["metadata over 64 KiB", { userId: "u", metadata: { a: "x".repeat(65_536) } }, "session.metadata"],
    ["metadata with an empty key", { userId: "u", metadata: { "": 1 } }, "session.metadata"],
  ];
  test.each(bad)("refuses %s", async (_, session, field) => {
    const call = roster.sessions().createSession({ session });
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual([field]);
  });
});

test("what EndSession or DeleteSession is told to do, it does to the etag that it is given, or not at all", async () => {
  const { sessions, ownerId: userId } = await roster.account();
  const { id, etag } = await addSession(sessions(), { userId });
  await failure(sessions().endSession({ id, etag: "other" }), Code.Aborted, "ETAG_MISMATCH");
  await failure(sessions().deleteSession({ id, etag: "other" }), Code.Aborted, "ETAG_MISMATCH");
  const ended = (await sessions().endSession({ id, etag })).session;
  await failure(sessions().endSession({ id, etag }), Code.Aborted, "ETAG_MISMATCH");
  await sessions().deleteSession({ id, etag: ended?.etag ?? "" });
  await failure(sessions().endSession({ id }), Code.NotFound, "SESSION_NOT_FOUND");
  await failure(sessions().deleteSession({ id }), Code.NotFound, "SESSION_NOT_FOUND");
});

test("EndSession keeps the first end_time, however often it is called", async () => {
  const { sessions, ownerId: userId } = await roster.account();
  const { id } = await addSession(sessions(), { userId });
  const first = await sessions().endSession({ id });
  expect(await sessions().endSession({ id })).toEqual(first);
  expect(await sessions().endUserSessions({ userId })).toMatchObject({ endedCount: 0n });
  expect((await sessions().getSession({ id })).session).toEqual(first.session);
});

test("a deleted session's id is free, and shows nothing of the past", async () => {
  const { sessions, ownerId: userId } = await roster.account();
  const past = await addSession(sessions(), { id: "phoenix", userId, externalId: "x", metadata: { past: true } });
  await sessions().endSession({ id: "phoenix" });
  await sessions().deleteSession({ id: "phoenix" });
  const now = await addSession(sessions(), { id: "phoenix", userId, externalId: "x" });
  expect(now.metadata).toEqual({});
  expect([now.endTime, now.createTime === past.createTime, now.etag === past.etag]).toEqual([undefined, false, false]);
  const stale = sessions().updateSession({ session: { id: "phoenix", etag: past.etag, metadata: {} } });
  await failure(stale, Code.Aborted, "ETAG_MISMATCH");
});
