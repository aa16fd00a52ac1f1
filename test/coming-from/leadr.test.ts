import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { UserStatus } from "../../gen/roster/v1/user_pb.js";
import { ALL_ROLES, addUser, addUsers, getUser, type Users, useRoster, withRole } from "../rpc/setup.ts";
import { testAccount } from "../support/account.ts";
import { failure, fieldsOf, type Protocol } from "../support/clients.ts";
import { byId, JSON_OVER_HTTP } from "./calls.ts";

const roster = useRoster();

describe("POST /v1/users of LEADR is CreateUser, which", () => {
  test("creates an active user with e-mail and display name in the key's account", async () => {
    const { id: accountId, users } = await roster.account();
    const given = { email: "ada@example.com", displayName: "Ada" };
    const { user } = await users(JSON_OVER_HTTP).createUser({ accountId, user: given });
    expect(user).toMatchObject({ ...given, accountId, superAdmin: false, status: UserStatus.ACTIVE });
  });

  test("needs no account, e-mail or display name, as LEADR does", async () => {
    const { id: accountId, users } = await roster.account();
    const { user } = await users(JSON_OVER_HTTP).createUser({ user: {} });
    expect([user?.accountId, user?.email, user?.displayName]).toEqual([accountId, undefined, undefined]);
  });

  test("tells an e-mail that is taken from an account that does not exist", async () => {
    const { id: accountId } = await roster.account();
    const create = (account: string, email: string) =>
      roster.users(JSON_OVER_HTTP).createUser({ accountId: account, user: { email, displayName: "Ada" } });
    await create(accountId, "ada@example.com");
    await failure(create(accountId, "ADA@example.com"), Code.AlreadyExists, "EMAIL_TAKEN");
    await failure(create("acc_123", "ada@example.com"), Code.NotFound, "ACCOUNT_NOT_FOUND");
  });

  test("trims a display name before it measures it", async () => {
    const { users } = await roster.account();
    expect((await addUser(users(JSON_OVER_HTTP), { displayName: "  Ada  " })).displayName).toBe("Ada");
    const call = users(JSON_OVER_HTTP).createUser({ user: { displayName: " A " } });
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["user.display_name"]);
  });
});

describe.each<Protocol>([JSON_OVER_HTTP, "gRPC, HTTP/2"])("GET /v1/users of LEADR is ListUsers, %s, which", (protocol) => {
  test("follows cursors forward and back, by several fields", async () => {
    const { accountId, users } = await team(protocol);
    const request = { accountId, pageSize: 2, orderBy: "email:asc,create_time:desc" };
    const pages = [await users.listUsers(request)];
    for (let token = pages[0]?.nextPageToken; token; token = pages.at(-1)?.nextPageToken) {
      pages.push(await users.listUsers({ ...request, pageToken: token }));
    }
    const ids = pages.map((page) => page.users.map(({ id }) => id));
    expect(ids).toEqual([["none2", "none1"], ["a", "b"], ["c"]]);
    const back = [];
    for (let token = pages.at(-1)?.previousPageToken; token; token = back.at(-1)?.previousPageToken) {
      back.push(await users.listUsers({ ...request, pageToken: token }));
    }
    expect(back.map((page) => page.users.map(({ id }) => id))).toEqual([ids[1], ids[0]]);
  });

  test("lists in LEADR's own order on request: users of one moment by id", async () => {
    const accountId = await roster.emptyAccount();
    const users = roster.users(protocol);
    const { insert } = testAccount(roster.server.store, accountId);
    for (const id of ["b", "c", "a", "later"]) await insert({ id, createTime: id === "later" ? 2 : 1 });
    const ids = async (orderBy: string) => (await users.listUsers({ accountId, orderBy })).users.map(({ id }) => id);
    expect(await ids("create_time:desc,id:asc")).toEqual(["later", "a", "b", "c"]);
    expect(await ids("")).toEqual(["later", "c", "b", "a"]);
  });

  test("refuses an unknown field, and a cursor that is none or belongs to another order", async () => {
    const { accountId, users } = await team(protocol);
    const list = (orderBy: string, pageToken = "") => users.listUsers({ accountId, pageSize: 2, orderBy, pageToken });
    await failure(list("created_at:desc"), Code.InvalidArgument, "ORDER_BY_INVALID");
    await failure(list("email:up"), Code.InvalidArgument, "ORDER_BY_INVALID");
    await failure(list("", "eyJwdiI6WzEwMDAsMTIzXX0="), Code.InvalidArgument, "PAGE_TOKEN_INVALID");
    const { nextPageToken } = await list("email:asc");
    await failure(list("email:desc", nextPageToken), Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");
  });

  test("takes a limit above 100, and counts the page by its users and the whole list on request", async () => {
    const accountId = await roster.emptyAccount();
    const users = roster.users(protocol);
    await addUsers(users, 1001, undefined, accountId);
    const page = async (pageSize: number) => {
      const answer = await users.listUsers({ accountId, pageSize, includeTotal: true });
      return [answer.users.length, answer.totalSize, answer.nextPageToken !== ""];
    };
    expect(await page(101)).toEqual([101, 1001n, true]);
    expect(await page(5000)).toEqual([1000, 1001n, true]);
  });

  /** Five users, two of them without e-mail, and no one else in their account. */
  async function team(by: Protocol) {
    const accountId = await roster.emptyAccount();
    const users = roster.users(by);
    for (const id of ["c", "none1", "a", "none2", "b"]) {
      await addUser(users, { id, ...(id.startsWith("none") ? {} : { email: `${id}@example.com` }) }, accountId);
    }
    return { accountId, users };
  }
});

test("GET /v1/users/{user_id} of LEADR is GetUser: it finds a user, and by e-mail as well", async () => {
  const users = (await roster.account()).users(JSON_OVER_HTTP);
  const user = await addUser(users, { email: "Ada@example.com", displayName: "Ada" });
  expect((await users.getUser(byId(user.id))).user).toEqual(user);
  expect((await users.getUser({ key: { case: "email", value: "ada@example.com" } })).user).toEqual(user);
  await failure(users.getUser(byId("unknown")), Code.NotFound, "USER_NOT_FOUND");
});

describe("PATCH /v1/users/{user_id} of LEADR is UpdateUser, which", () => {
  test("changes e-mail and display name, alone or together", async () => {
    const users = (await roster.account()).users(JSON_OVER_HTTP);
    const { id } = await addUser(users, { email: "ada@example.com", displayName: "Ada" });
    await users.updateUser({ user: { id, email: "lovelace@example.com" } });
    const { user } = await users.updateUser({ user: { id, displayName: "Lovelace" } });
    expect(user).toMatchObject({ email: "lovelace@example.com", displayName: "Lovelace" });
  });

  test("suspends and activates by status, as SuspendUser and ActivateUser do, and makes no one invited again", async () => {
    const users = (await roster.account()).users(JSON_OVER_HTTP);
    const { id } = await addUser(users, { status: UserStatus.INVITED });
    const set = (status: UserStatus) => users.updateUser({ user: { id, status } });
    expect((await set(UserStatus.ACTIVE)).user?.status).toBe(UserStatus.ACTIVE);
    expect((await set(UserStatus.SUSPENDED)).user?.status).toBe(UserStatus.SUSPENDED);
    expect((await users.activateUser({ id })).user?.status).toBe(UserStatus.ACTIVE);
    await failure(set(UserStatus.INVITED), Code.InvalidArgument, "FIELD_INVALID");
  });

  test("lets only a super admin make one", async () => {
    const { id: accountId, ownerId, users } = await roster.account();
    for (const id of [ownerId, (await addUser(users())).id]) {
      const call = users(JSON_OVER_HTTP).updateUser({ user: { id, superAdmin: true } });
      await failure(call, Code.PermissionDenied, "PERMISSION_DENIED");
    }
    const set = (superAdmin: boolean) =>
      roster.users(JSON_OVER_HTTP).updateUser({ accountId, user: { id: ownerId, superAdmin } });
    expect((await set(true)).user?.superAdmin).toBe(true);
    expect((await set(false)).user?.superAdmin).toBe(false);
  });

  test("changes all or nothing: where the e-mail is taken, the status stays", async () => {
    const users = (await roster.account()).users(JSON_OVER_HTTP);
    await addUser(users, { email: "taken@example.com" });
    const before = await addUser(users);
    const change = { id: before.id, status: UserStatus.SUSPENDED, email: "taken@example.com" };
    await failure(users.updateUser({ user: change }), Code.AlreadyExists, "EMAIL_TAKEN");
    expect(await getUser(users, before.id)).toEqual(before);
  });
});

describe("PATCH with deleted: true of LEADR is DeleteUser, which", () => {
  test("deletes softly: no read shows the user, the e-mail is free, and UndeleteUser brings the user back", async () => {
    const users: Users = (await roster.account()).users(JSON_OVER_HTTP);
    const { id } = await addUser(users, { email: "ada@example.com" });
    await users.deleteUser({ id });
    await failure(users.getUser(byId(id)), Code.NotFound, "USER_NOT_FOUND");
    expect((await users.listUsers({})).users.map((user) => user.id)).not.toContain(id);
    const next = await addUser(users, { email: "ada@example.com" });
    await failure(users.undeleteUser({ id }), Code.AlreadyExists, "EMAIL_TAKEN");
    await users.purgeUser({ id: next.id });
    expect((await users.undeleteUser({ id })).user?.email).toBe("ada@example.com");
  });

  test("ends the user's keys", async () => {
    const account = await roster.account();
    const { id } = await addUser(account.users());
    const own = (await withRole(roster, account, ALL_ROLES.READER, id)).users(JSON_OVER_HTTP);
    expect((await own.getUser(byId(id))).user?.id).toBe(id);
    await account.users(JSON_OVER_HTTP).deleteUser({ id });
    await failure(own.listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
  });
});
