import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { UserStatus } from "../../../gen/roster/v1/user_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, getUser, present, useRoster } from "../setup.ts";

const roster = useRoster();

describe.each(PROTOCOL_NAMES)("UpsertUser, %s", (protocol) => {
  test("creates, then replaces, and says which; a round trip of what was read changes nothing", async () => {
    const users = roster.users(protocol);
    const id = `upsert/${PROTOCOL_NAMES.indexOf(protocol)}`;
    const first = await users.upsertUser({ user: { id, name: "Ada", metadata: { a: 1 } } });
    expect(first.created).toBe(true);
    const again = await users.upsertUser({ user: present(first.user) });
    expect(again).toEqual({ ...first, created: false });
    const third = await users.upsertUser({ user: { id, displayName: "Ada" } });
    expect(third).toMatchObject({ created: false, revision: first.revision + 1n, user: { version: 2n, metadata: {} } });
    expect(third.user?.name).toBeUndefined();
  });
});

describe("UpsertUser", () => {
  test("resets what is omitted, and keeps create_time, status and super_admin", async () => {
    const users = roster.users();
    const before = await addUser(users, {
      externalId: "reset",
      email: "reset@example.org",
      name: "Ada",
      displayName: "Ada",
      about: "About",
      project: "one",
      metadata: { a: 1 },
      status: UserStatus.INVITED,
      superAdmin: true,
    });
    const { user } = await users.upsertUser({ user: { id: before.id } });
    const { createTime, status, superAdmin } = before;
    expect(user).toMatchObject({ about: "", metadata: {}, createTime, status, superAdmin, version: 2n });
    for (const field of ["externalId", "email", "name", "displayName", "project"] as const) {
      expect(user?.[field]).toBeUndefined();
    }
    const set = await users.upsertUser({ user: { id: before.id, status: UserStatus.SUSPENDED, superAdmin: false } });
    expect(set.user).toMatchObject({ status: UserStatus.SUSPENDED, superAdmin: false });
  });

  test("finds the user by external id when no id is given", async () => {
    const users = roster.users();
    const { id } = await addUser(users, { externalId: "by external id", project: "one" });
    const moved = await users.upsertUser({ user: { externalId: "by external id", project: "two" } });
    expect(moved).toMatchObject({ created: false, user: { id, project: "two" } });
    expect((await users.upsertUser({ user: { externalId: "nobody's yet" } })).created).toBe(true);
  });

  test("goes by the id when both are given, and refuses an external id of another user", async () => {
    const users = roster.users();
    const one = await addUser(users, { externalId: "one" });
    const two = await addUser(users, { externalId: "two" });
    const clash = users.upsertUser({ user: { id: two.id, externalId: "one" } });
    await failure(clash, Code.AlreadyExists, "EXTERNAL_ID_TAKEN");
    await users.upsertUser({ user: { id: one.id, externalId: "three" } });
    expect((await users.upsertUser({ user: { id: two.id, externalId: "one" } })).user?.externalId).toBe("one");
  });

  test("needs an id or an external id", async () => {
    const error = await failure(roster.users().upsertUser({ user: { name: "Ada" } }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error)).toEqual(["user.id"]);
  });

  test("leaves the user unchanged when the e-mail is taken", async () => {
    const users = roster.users();
    await addUser(users, { email: "owned@example.org" });
    const before = await addUser(users, { name: "Ada" });
    const call = users.upsertUser({ user: { id: before.id, name: "Eve", email: "OWNED@example.org" } });
    await failure(call, Code.AlreadyExists, "EMAIL_TAKEN");
    expect(await getUser(users, before.id)).toEqual(before);
  });

  test("lets a user keep its own e-mail and external id, also in another case", async () => {
    const users = roster.users();
    const { id } = await addUser(users, { email: "own@example.org", externalId: "own" });
    const { user } = await users.upsertUser({ user: { id, email: "Own@Example.org", externalId: "own" } });
    expect(user).toMatchObject({ email: "Own@Example.org", version: 2n });
  });

  test("does not bring a deleted user back, and takes its external id for a new one", async () => {
    const users = roster.users();
    const { id } = await addUser(users, { externalId: "left" });
    await users.deleteUser({ id });
    await failure(users.upsertUser({ user: { id } }), Code.AlreadyExists, "USER_ID_TAKEN");
    const { created, user } = await users.upsertUser({ user: { externalId: "left" } });
    expect([created, user?.id === id]).toEqual([true, false]);
  });

  test("writes only if the etag is the current one; an etag means that the user exists", async () => {
    const users = roster.users();
    const { id, etag } = await addUser(users);
    const { user } = await users.upsertUser({ user: { id, etag, about: "second" } });
    expect(user?.etag).not.toBe(etag);
    const stale = users.upsertUser({ user: { id, etag, about: "third" } });
    expect((await failure(stale, Code.Aborted, "ETAG_MISMATCH")).message).toContain("changed");
    expect((await getUser(users, id)).about).toBe("second");
    await failure(users.upsertUser({ user: { id: "not-there", etag } }), Code.Aborted, "ETAG_MISMATCH");
  });

  test("does not invite a user who takes part", async () => {
    const { id } = await addUser(roster.users());
    const call = roster.users().upsertUser({ user: { id, status: UserStatus.INVITED } });
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["user.status"]);
  });
});
