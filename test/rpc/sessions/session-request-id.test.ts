import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { failure } from "../../support/clients.ts";
import { addSession, type Sessions, useRoster } from "../setup.ts";

const roster = useRoster();

type Mutate = (sessions: Sessions, userId: string, id: string, requestId: string) => Promise<unknown>;

const mutations: Array<[string, Mutate]> = [
  ["CreateSession", (of, userId, id, requestId) => of.createSession({ session: { userId, externalId: id }, requestId })],
  ["UpdateSession", (of, _, id, requestId) => of.updateSession({ session: { id, metadata: { a: 1 } }, requestId })],
  ["EndSession", (of, _, id, requestId) => of.endSession({ id, requestId })],
  ["DeleteSession", (of, _, id, requestId) => of.deleteSession({ id, requestId })],
];

describe.each(mutations)("%s with a request id", (_, mutate) => {
  test("returns the first answer when it is repeated, and refuses the id with another request", async () => {
    const { sessions, ownerId: userId } = await roster.account();
    const [one, two] = [await addSession(sessions(), { userId }), await addSession(sessions(), { userId })];
    const first = await mutate(sessions(), userId, one.id, "again");
    const { sessions: after } = await sessions().listSessions({});
    expect(await mutate(sessions("Connect, JSON, HTTP/1.1"), userId, one.id, "again")).toEqual(first);
    await failure(mutate(sessions(), userId, two.id, "again"), Code.InvalidArgument, "REQUEST_ID_REUSED");
    expect((await sessions().listSessions({})).sessions).toEqual(after);
  });

  test("forgets what it has answered about a user who is purged", async () => {
    const { users, sessions } = await roster.account();
    const { user } = await users().createUser({ user: {} });
    const userId = user?.id ?? "";
    const { id } = await addSession(sessions(), { userId, metadata: { secret: "past" } });
    await mutate(sessions(), userId, id, "again");
    await users().purgeUser({ id: userId });
    const repeated = await mutate(sessions(), userId, id, "again").then(JSON.stringify, JSON.stringify);
    expect(repeated).not.toContain("past");
  });
});

test("EndUserSessions with a request id returns the first count when it is repeated", async () => {
  const { sessions, ownerId: userId } = await roster.account();
  await addSession(sessions(), { userId });
  const end = () => sessions().endUserSessions({ userId, requestId: "all" });
  expect((await end()).endedCount).toBe(1n);
  await addSession(sessions(), { userId, id: "later" });
  expect((await end()).endedCount).toBe(1n);
  expect((await sessions().getSession({ id: "later" })).session?.endTime).toBeUndefined();
});

describe("validate_only", () => {
  test("tells what CreateSession would return or refuse, and begins nothing", async () => {
    const { sessions, ownerId: userId } = await roster.account();
    const session = { userId, id: "planned", externalId: "x", metadata: { a: 1 } };
    const dry = () => sessions().createSession({ session, validateOnly: true, requestId: "dry" });
    expect((await dry()).session).toMatchObject(session);
    await failure(sessions().getSession({ id: "planned" }), Code.NotFound, "SESSION_NOT_FOUND");
    await addSession(sessions(), session);
    await failure(dry(), Code.AlreadyExists, "SESSION_ID_TAKEN");
  });

  test("tells what UpdateSession would return or refuse, and changes nothing", async () => {
    const { sessions, ownerId: userId } = await roster.account();
    const before = await addSession(sessions(), { userId });
    const session = { id: before.id, metadata: { a: 1 } };
    const dry = () => sessions().updateSession({ session, validateOnly: true });
    expect((await dry()).session?.metadata).toEqual({ a: 1 });
    expect((await sessions().getSession({ id: before.id })).session).toEqual(before);
    await sessions().endSession({ id: before.id });
    await failure(dry(), Code.FailedPrecondition, "SESSION_ENDED");
  });
});
