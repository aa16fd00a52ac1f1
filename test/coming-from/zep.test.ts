import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRosterClient, exportUsers, MetadataUpdate, type RosterClient } from "../../src/client/index.ts";
import { addUser, addUsers, getUser, present, useRoster } from "../rpc/setup.ts";
import { failure } from "../support/clients.ts";
import { byId } from "./calls.ts";

const roster = useRoster();

/** Of the client library, as Zep's user manager is. */
let users: RosterClient["users"];
let sessions: RosterClient["sessions"];
let close: () => void;
beforeAll(() => {
  ({ users, sessions, close } = createRosterClient({ baseUrl: roster.server.url, apiKey: roster.server.secret }));
});
afterAll(() => close());

describe("add of Zep is CreateUser, which", () => {
  test("takes the caller's own user id, and metadata", async () => {
    const { user } = await users.createUser({ userId: "user123", user: { metadata: { foo: "bar" } } });
    expect(user).toMatchObject({ id: "user123", metadata: { foo: "bar" } });
  });

  test("says of an id that is taken that it is taken, not that the request is bad", async () => {
    await addUser(users, { id: "twice" });
    await failure(users.createUser({ userId: "twice", user: {} }), Code.AlreadyExists, "USER_ID_TAKEN");
  });
});

test("get of Zep is GetUser: it finds a user by id", async () => {
  const user = await addUser(users, { id: "found", metadata: { foo: "bar" } });
  expect((await users.getUser(byId("found"))).user).toEqual(user);
  await failure(users.getUser(byId("missing")), Code.NotFound, "USER_NOT_FOUND");
});

describe("update of Zep is UpdateUser, which", () => {
  const metadataUpdate = MetadataUpdate.MERGE;

  test("merges metadata at every depth, replaces arrays, and removes what is null", async () => {
    const { id } = await addUser(users, { metadata: { foo: "bar", deep: { a: 1, b: { c: 2 } }, tags: ["x", "y"] } });
    const metadata = { foo: "baz", deep: { b: { d: 3 }, a: null }, tags: ["z"] };
    const { user } = await users.updateUser({ user: { id, metadata }, metadataUpdate });
    expect(user?.metadata).toEqual({ foo: "baz", deep: { b: { c: 2, d: 3 } }, tags: ["z"] });
  });

  test("lets parallel merges all land, and no caller see a lock", async () => {
    const { id } = await addUser(users);
    const keys = Array.from({ length: 100 }, (_, index) => `key${index}`);
    await Promise.all(keys.map((key) => users.updateUser({ user: { id, metadata: { [key]: true } }, metadataUpdate })));
    expect(Object.keys((await getUser(users, id)).metadata ?? {})).toHaveLength(100);
  });
});

describe("delete of Zep is PurgeUser, which", () => {
  test("takes everything of the user with it, in one step", async () => {
    await addUser(users, { id: "leaver", metadata: { past: true } });
    for (const sessionId of ["visit-1", "visit-2"]) {
      await sessions.createSession({ sessionId, session: { userId: "leaver" } });
    }
    expect((await users.purgeUser({ id: "leaver" })).receipt).toMatchObject({ userId: "leaver", sessionCount: 2n });
    await failure(users.getUser(byId("leaver")), Code.NotFound, "USER_NOT_FOUND");
    await failure(sessions.getSession({ id: "visit-1" }), Code.NotFound, "SESSION_NOT_FOUND");
    expect((await addUser(users, { id: "leaver" })).metadata).toEqual({});
    expect((await sessions.listUserSessions({ userId: "leaver" })).sessions).toEqual([]);
  });
});

test("list of Zep is ListUsers: limit and cursor walk through all users, oldest first", async () => {
  const accountId = await roster.emptyAccount();
  await addUsers(users, 25, (index) => `user${index}`, accountId);
  const seen: string[] = [];
  let pageToken = "";
  do {
    const page = await users.listUsers({ accountId, pageSize: 10, orderBy: "create_time", pageToken });
    seen.push(...page.users.map(({ id }) => id));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `user${index}`));
});

describe("getSessions of Zep is ListUserSessions, which", () => {
  test("lists a user's sessions, newest first", async () => {
    await addUser(users, { id: "visitor" });
    for (const sessionId of ["first", "second", "third"]) {
      await sessions.createSession({ sessionId, session: { userId: "visitor", metadata: { sessionId } } });
    }
    const listed = (await sessions.listUserSessions({ userId: "visitor" })).sessions;
    expect(listed.map(({ id }) => id)).toEqual(["third", "second", "first"]);
    expect(listed[0]?.metadata).toEqual({ sessionId: "third" });
  });

  test("tells a user without sessions from one who does not exist", async () => {
    await addUser(users, { id: "quiet" });
    expect((await sessions.listUserSessions({ userId: "quiet" })).sessions).toEqual([]);
    await failure(sessions.listUserSessions({ userId: "nobody" }), Code.NotFound, "USER_NOT_FOUND");
  });

  test("does not show a deleted session, which no update brings back", async () => {
    await addUser(users, { id: "ended" });
    await sessions.createSession({ sessionId: "gone", session: { userId: "ended" } });
    await sessions.deleteSession({ id: "gone" });
    const revive = sessions.updateSession({ session: { id: "gone", metadata: { alive: true } } });
    await failure(revive, Code.NotFound, "SESSION_NOT_FOUND");
    expect((await sessions.listUserSessions({ userId: "ended" })).sessions).toEqual([]);
  });
});

describe("listChunked of Zep is ListUsersChunked, which exportUsers of the client library iterates over, and which", () => {
  test("yields every user once, although ids have gaps and users come and go meanwhile", async () => {
    const accountId = await roster.emptyAccount();
    const ids = Array.from({ length: 60 }, (_, index) => `user${String(index).padStart(2, "0")}`);
    await addUsers(users, 60, (index) => present(ids[index]), accountId);
    for (const id of ids.slice(10, 30)) {
      await users.deleteUser({ accountId, id });
    }
    const chunks: string[][] = [];
    for await (const chunk of exportUsers(users, { accountId, chunkSize: 15 })) {
      chunks.push(chunk.map(({ id }) => id));
      await users.deleteUser({ accountId, id: present(ids.at(-chunks.length)) });
      await addUser(users, { id: `user${chunks.length}-new` }, accountId);
    }
    expect(chunks.map((chunk) => chunk.length)).toEqual([15, 15, 10]);
    expect(chunks.flat()).toEqual(ids.toSpliced(10, 20));
  });

  test("stops when the caller stops reading", async () => {
    for await (const chunk of exportUsers(users, { chunkSize: 1 })) {
      expect(chunk).toHaveLength(1);
      break;
    }
    expect((await users.listUsers({ pageSize: 1 })).users).toHaveLength(1);
  });
});
