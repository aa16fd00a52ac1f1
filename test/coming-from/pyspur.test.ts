import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ResourceInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { addUser, addUsers, getUser, present, useRoster } from "../rpc/setup.ts";
import { failure } from "../support/clients.ts";
import { byId, JSON_OVER_HTTP } from "./calls.ts";

const roster = useRoster();
const callers = () => roster.users(JSON_OVER_HTTP);
const sessionCallers = () => roster.sessions(JSON_OVER_HTTP);

describe("POST /user/ of PySpur is CreateUser, which", () => {
  test("creates a user by external id, with its metadata", async () => {
    const users = callers();
    const { user, created } = await users.createUser({ user: { externalId: "crm-1", metadata: { plan: "pro" } } });
    expect(created).toBe(true);
    expect(user).toMatchObject({ id: expect.stringMatching(/^U/), externalId: "crm-1", metadata: { plan: "pro" } });
    expect(await getUser(users, present(user).id)).toEqual(user);
  });

  test("returns the user that has the external id already, untouched, and says so", async () => {
    const users = callers();
    const first = await users.createUser({ user: { externalId: "crm-2", metadata: { plan: "pro" } } });
    const again = await users.createUser({ user: { externalId: "crm-2", metadata: { plan: "free" } } });
    expect(again).toMatchObject({ created: false, user: first.user });
  });

  test("gives fifty parallel callers with one external id one and the same user", async () => {
    const users = callers();
    const calls = Array.from({ length: 50 }, (_, n) => users.createUser({ user: { externalId: "crm-3", metadata: { n } } }));
    const answers = await Promise.all(calls);
    expect(new Set(answers.map(({ user }) => user?.id)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
  });

  test("needs no external id, as PySpur does", async () => {
    const { user, created } = await callers().createUser({ user: { metadata: { plan: "pro" } } });
    expect([user?.externalId, created]).toEqual([undefined, true]);
  });

  test("refuses an external id that is none", async () => {
    for (const externalId of ["", " ", "a\0b", "x".repeat(256)]) {
      await failure(callers().createUser({ user: { externalId } }), Code.InvalidArgument, "FIELD_INVALID");
    }
  });
});

describe("GET /user/ of PySpur is ListUsers, which", () => {
  test("takes skip and limit, and counts all on request", async () => {
    const { accountId, ids } = await directoryOf(25);
    const page = async (skip: number, pageSize: number) => {
      const { users, totalSize } = await callers().listUsers({ accountId, skip, pageSize, includeTotal: true });
      return { ids: users.map(({ id }) => id), totalSize };
    };
    expect(await page(0, 10)).toEqual({ ids: ids.slice(0, 10), totalSize: 25n });
    expect(await page(20, 10)).toEqual({ ids: ids.slice(20), totalSize: 25n });
    expect(await page(100, 10)).toEqual({ ids: [], totalSize: 25n });
  });

  test("goes by time of creation, not by the spelling of ids", async () => {
    const { accountId } = await directoryOf(12);
    const { users } = await callers().listUsers({ accountId, orderBy: "create_time" });
    expect(users.map(({ id }) => id).slice(0, 3)).toEqual(["U1", "U2", "U3"]);
  });

  /** Users U1, U2 and so on in an account of their own; the ids, the newest first. */
  async function directoryOf(count: number) {
    const accountId = await roster.emptyAccount();
    await addUsers(callers(), count, (index) => `U${index + 1}`, accountId);
    return { accountId, ids: Array.from({ length: count }, (_, index) => `U${count - index}`) };
  }
});

describe("GET /user/{user_id}/ of PySpur is GetUser, which", () => {
  test("finds a user by id, and by external id as well", async () => {
    const users = callers();
    const user = await addUser(users, { externalId: "crm-4" });
    expect((await users.getUser(byId(user.id))).user).toEqual(user);
    expect((await users.getUser({ key: { case: "externalId", value: "crm-4" } })).user).toEqual(user);
  });

  test("takes the id as it is: nothing that resembles it finds the user", async () => {
    await addUser(callers(), { id: "U7" });
    for (const id of ["7", "UU7", "u7", "U07", "crm-4"]) {
      await failure(callers().getUser(byId(id)), Code.NotFound, "USER_NOT_FOUND");
    }
  });
});

describe("PATCH /user/{user_id}/ of PySpur is UpdateUser, which", () => {
  test("changes the external id or the metadata, and leaves alone what is not given", async () => {
    const users = callers();
    const { id } = await addUser(users, { externalId: "crm-5", metadata: { plan: "pro", seats: 3 } });
    const renamed = (await users.updateUser({ user: { id, externalId: "crm-5b" } })).user;
    expect(renamed).toMatchObject({ externalId: "crm-5b", metadata: { plan: "pro", seats: 3 } });
    const replaced = (await users.updateUser({ user: { id, metadata: { plan: "free" } } })).user;
    expect(replaced).toMatchObject({ externalId: "crm-5b", metadata: { plan: "free" } });
    expect(replaced?.metadata).not.toHaveProperty("seats");
  });

  test("clears what the mask names and the request leaves out", async () => {
    const users = callers();
    const { id } = await addUser(users, { externalId: "crm-6", metadata: { plan: "pro" } });
    const { user } = await users.updateUser({ user: { id }, updateMask: { paths: ["external_id"] } });
    expect(user?.externalId).toBeUndefined();
    expect(user?.metadata).toEqual({ plan: "pro" });
  });

  test("moves the update time when something changes, and only then", async () => {
    const users = callers();
    const before = await addUser(users, { metadata: { plan: "pro" } });
    expect((await users.updateUser({ user: { id: before.id, metadata: { plan: "pro" } } })).user).toEqual(before);
    const { user } = await users.updateUser({ user: { id: before.id, metadata: { plan: "free" } } });
    expect(user?.updateTime).not.toEqual(before.updateTime);
    expect(user?.createTime).toEqual(before.createTime);
  });

  test("refuses an external id that another user has, and changes nothing then", async () => {
    const users = callers();
    await addUser(users, { externalId: "crm-7" });
    const before = await addUser(users, { externalId: "crm-8" });
    const call = users.updateUser({ user: { id: before.id, externalId: "crm-7", metadata: { lost: true } } });
    await failure(call, Code.AlreadyExists, "EXTERNAL_ID_TAKEN");
    expect(await getUser(users, before.id)).toEqual(before);
  });
});

describe("DELETE /user/{user_id}/ of PySpur is PurgeUser, which", () => {
  test("erases a user for good, and a new one with its ids shows nothing of the past", async () => {
    const users = callers();
    const { id } = await addUser(users, { id: "U9", externalId: "crm-9", metadata: { past: true } });
    expect((await users.purgeUser({ id })).receipt?.userId).toBe(id);
    await failure(users.getUser({ ...byId(id), showDeleted: true }), Code.NotFound, "USER_NOT_FOUND");
    await failure(users.purgeUser({ id }), Code.NotFound, "USER_NOT_FOUND");
    const { user, created } = await users.createUser({ user: { id, externalId: "crm-9" } });
    expect(created).toBe(true);
    expect(user).toMatchObject({ version: 1n, metadata: {} });
  });
});

describe("the sessions of PySpur are SessionService, which", () => {
  test("begins a session of a user under an external id, with the workflow in its metadata", async () => {
    const { id: userId } = await addUser(callers());
    const given = { userId, externalId: "chat-1", metadata: { workflow_id: "S1" } };
    const { session } = await sessionCallers().createSession({ session: given });
    expect(session).toMatchObject({ ...given, id: expect.stringMatching(/^S/) });
    expect((await sessionCallers().getSession({ id: present(session).id })).session).toEqual(session);
    const unknown = sessionCallers().createSession({ session: { userId: "nobody" } });
    await failure(unknown, Code.NotFound, "USER_NOT_FOUND");
  });

  test("does not return a session whose external id is known: it says so, names it, and a filter finds it", async () => {
    const { id: userId } = await addUser(callers());
    const session = { userId, externalId: "chat-1" };
    const { id } = present((await sessionCallers().createSession({ session })).session);
    const again = sessionCallers().createSession({ session });
    const error = await failure(again, Code.AlreadyExists, "EXTERNAL_ID_TAKEN");
    expect(error.findDetails(ResourceInfoSchema)).toMatchObject([{ resourceName: id }]);
    const filter = `user_id == "${userId}" && external_id == "chat-1" && !has(end_time)`;
    expect((await sessionCallers().listSessions({ filter })).sessions.map((found) => found.id)).toEqual([id]);
  });

  test("lists the newest first with skip and limit: those of a user, or of all", async () => {
    const accountId = await roster.emptyAccount();
    for (const id of ["ada", "kay"]) await addUser(callers(), { id }, accountId);
    for (const sessionId of ["ada-1", "kay-1", "ada-2", "kay-2"]) {
      await sessionCallers().createSession({ accountId, sessionId, session: { userId: sessionId.slice(0, 3) } });
    }
    const page = { accountId, skip: 1, pageSize: 2 };
    const ofUser = await sessionCallers().listUserSessions({ ...page, userId: "ada" });
    expect(ofUser.sessions.map(({ id }) => id)).toEqual(["ada-1"]);
    const ofAll = await sessionCallers().listSessions(page);
    expect(ofAll.sessions.map(({ id }) => id)).toEqual(["ada-2", "kay-1"]);
  });

  test("deletes a session for good, or ends it and keeps the record", async () => {
    const { id: userId } = await addUser(callers());
    for (const sessionId of ["deleted", "ended"]) await sessionCallers().createSession({ sessionId, session: { userId } });
    await sessionCallers().deleteSession({ id: "deleted" });
    await failure(sessionCallers().getSession({ id: "deleted" }), Code.NotFound, "SESSION_NOT_FOUND");
    await sessionCallers().endSession({ id: "ended" });
    expect((await sessionCallers().getSession({ id: "ended" })).session?.endTime).toBeDefined();
  });
});
