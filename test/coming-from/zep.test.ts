import { Code } from "@connectrpc/connect";
import { createRosterClient, MetadataUpdate, type RosterClient } from "@roster/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addUser, addUsers, getUser, present, useRoster } from "../rpc/setup.ts";
import { failure, fieldsOf } from "../support/clients.ts";
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

/** What Zep takes for a user id, and Roster does not. */
const OTHER_IDS = ["Käthe Müller", "ada lovelace", "李雷", "user 🙂", "x".repeat(129)];

describe("add of Zep is CreateUser, which", () => {
  test("takes the caller's own user id, and metadata", async () => {
    const { user } = await users.createUser({ userId: "user123", user: { metadata: { foo: "bar" } } });
    expect(user).toMatchObject({ id: "user123", metadata: { foo: "bar" } });
  });

  test("says of an id that is taken that it is taken, not that the request is bad", async () => {
    await addUser(users, { id: "twice" });
    await failure(users.createUser({ userId: "twice", user: {} }), Code.AlreadyExists, "USER_ID_TAKEN");
  });

  test.each(OTHER_IDS)("refuses the id %j, and takes it as external id, by which the user is found", async (given) => {
    const refused = await failure(users.createUser({ userId: given, user: {} }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(refused)).toEqual(["user_id"]);
    const { user, created } = await users.createUser({ user: { externalId: given } });
    expect(user).toMatchObject({ externalId: given, id: expect.stringMatching(/^U[0-9A-Z]{26}$/) });
    expect(created).toBe(true);
    expect((await users.getUser({ key: { case: "externalId", value: given } })).user).toEqual(user);
    expect((await users.createUser({ user: { externalId: given } })).created).toBe(false);
  });

  test("refuses an e-mail that repeats, and one that is no address; in metadata both are kept and found", async () => {
    const accountId = await roster.emptyAccount();
    const create = (user: Parameters<typeof users.createUser>[0]["user"]) => users.createUser({ accountId, user });
    await create({ email: "ada@example.com" });
    await failure(create({ email: "Ada@example.com" }), Code.AlreadyExists, "EMAIL_TAKEN");
    const refused = await failure(create({ email: "ask ada" }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(refused)).toEqual(["user.email"]);
    for (const email of ["ask ada", "ask ada", "ada@example.com"]) await create({ metadata: { email } });
    const found = await users.listUsers({ accountId, filter: 'metadata.email == "ask ada"', includeTotal: true });
    expect(found.totalSize).toBe(2n);
  });

  test("takes first and last name as a display name of 2 to 100 characters; others are kept in metadata", async () => {
    const fullName = (first: string, last: string) => [first, last].filter((name) => name !== "").join(" ");
    const longest = fullName("a".repeat(49), "b".repeat(50));
    for (const displayName of [fullName("Ada", "Lovelace"), fullName("", "Ay"), longest]) {
      expect((await addUser(users, { displayName })).displayName).toBe(displayName);
    }
    for (const displayName of [fullName("A", ""), fullName("", ""), `${longest}b`]) {
      const call = users.createUser({ user: { displayName } });
      expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["user.display_name"]);
    }
    const metadata = { first_name: "A", last_name: "b".repeat(200) };
    expect((await addUser(users, { metadata })).metadata).toEqual(metadata);
  });
});

test("users of Zep whose ids, e-mails or names break a rule fail alone when all are imported", async () => {
  const accountId = await roster.emptyAccount();
  const rows = [
    { id: "good", email: "ada@example.com" },
    { id: "no good" },
    { id: "same-email", email: "ada@example.com" },
    { id: "no-address", email: "ask ada" },
    { id: "one-letter", displayName: "A" },
    { externalId: "no good", metadata: { email: "ask ada", first_name: "A" } },
  ];
  const { created, failures } = await users.importUsers({ accountId, users: rows });
  expect([created, failures.map(({ index }) => index)]).toEqual([2, [1, 2, 3, 4]]);
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

describe("listChunked of Zep is ListUsersChunked, which `users.chunks` of the client library iterates over, and which", () => {
  test("yields every user once, although ids have gaps and users come and go meanwhile", async () => {
    const accountId = await roster.emptyAccount();
    const ids = Array.from({ length: 60 }, (_, index) => `user${String(index).padStart(2, "0")}`);
    await addUsers(users, 60, (index) => present(ids[index]), accountId);
    for (const id of ids.slice(10, 30)) {
      await users.deleteUser({ accountId, id });
    }
    const chunks: string[][] = [];
    for await (const { users: chunk } of users.chunks({ accountId, chunkSize: 15 })) {
      chunks.push(chunk.map(({ id }) => id));
      await users.deleteUser({ accountId, id: present(ids.at(-chunks.length)) });
      await addUser(users, { id: `user${chunks.length}-new` }, accountId);
    }
    expect(chunks.map((chunk) => chunk.length)).toEqual([15, 15, 10]);
    expect(chunks.flat()).toEqual(ids.toSpliced(10, 20));
  });

  test("stops when the caller stops reading", async () => {
    for await (const { users: chunk } of users.chunks({ chunkSize: 1 })) {
      expect(chunk).toHaveLength(1);
      break;
    }
    expect((await users.listUsers({ pageSize: 1 })).users).toHaveLength(1);
  });
});
