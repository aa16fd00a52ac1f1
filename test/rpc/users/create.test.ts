import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ResourceInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { UserStatus } from "../../../gen/roster/v1/user_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, getUser, present, useRoster } from "../setup.ts";

const roster = useRoster();

describe.each(PROTOCOL_NAMES)("CreateUser, %s", (protocol) => {
  test("keeps every field that is given", async () => {
    const users = roster.users(protocol);
    const given = {
      externalId: `ext ${protocol} ✓`,
      email: `Ada+${PROTOCOL_NAMES.indexOf(protocol)}@Example.org`,
      name: "नमस्ते",
      displayName: "Ada 👩‍💻",
      about: "line\nline\ttab",
      project: "a_1",
      metadata: { nested: { list: [1, "2", null, true] }, "dotted.key": "" },
      status: UserStatus.INVITED,
      superAdmin: true,
    };
    const { user } = await users.createUser({ user: given });
    expect(user).toMatchObject(given);
    expect(await getUser(users, present(user).id)).toEqual(user);
  });

  test("takes ids that look like paths, queries and addresses, and finds them again", async () => {
    const users = roster.users(protocol);
    const ids = ["a/b", "50%", "%2F", "?q=1", "#", "..", "../x", "a@b.org", '"', "';--", "\\", "{}", "user123"];
    for (const id of ids.map((text) => `${text}${PROTOCOL_NAMES.indexOf(protocol)}`)) {
      await users.createUser({ userId: id, user: {} });
      expect((await getUser(users, id)).id).toBe(id);
      await users.updateUser({ user: { id, about: "found" } });
      expect((await users.deleteUser({ id })).user).toMatchObject({ id, about: "found" });
    }
  });
});

describe("CreateUser", () => {
  test("fills in the defaults", async () => {
    const { user, created } = await roster.users().createUser({ user: {} });
    expect(created).toBe(true);
    expect(user).toMatchObject({
      accountId: "default",
      id: expect.stringMatching(/^U[0-9A-HJKMNP-TV-Z]{26}$/),
      about: "",
      metadata: {},
      status: UserStatus.ACTIVE,
      superAdmin: false,
      version: 1n,
      etag: expect.stringMatching(/./),
    });
    expect(user?.updateTime).toEqual(user?.createTime);
    for (const field of ["externalId", "email", "name", "displayName", "project", "deleteTime"] as const) {
      expect(user?.[field]).toBeUndefined();
    }
  });

  test("returns the stored user untouched when its external id is known, and says so", async () => {
    const users = roster.users();
    const first = await users.createUser({ user: { externalId: "known", metadata: { a: 1 } } });
    const second = await users.createUser({ user: { externalId: "known", metadata: { b: 2 }, email: "new@example.org" } });
    expect(second).toMatchObject({ created: false, user: first.user, revision: first.revision });
    expect((await getUser(users, present(first.user).id)).metadata).toEqual({ a: 1 });
  });

  test("mints ids that sort by creation, and gives each user a time of its own", async () => {
    const made = [];
    for (let i = 0; i < 12; i++) {
      made.push(await addUser(roster.users()));
    }
    expect(made.map(({ id }) => id).toSorted()).toEqual(made.map(({ id }) => id));
    expect(
      new Set(made.map(({ createTime }) => JSON.stringify([String(createTime?.seconds), createTime?.nanos]))).size,
    ).toBe(12);
  });

  test("takes one id in two accounts, for users that have nothing in common", async () => {
    const [a, b] = [await roster.account(), await roster.account()];
    await a.users().createUser({ userId: "same", user: { about: "of a" } });
    await b.users().createUser({ userId: "same", user: { about: "of b" } });
    await a.users().deleteUser({ id: "same" });
    expect(await getUser(b.users(), "same")).toMatchObject({ accountId: b.id, about: "of b" });
  });

  test("never takes one id for another", async () => {
    const users = roster.users();
    await users.createUser({ userId: "U1", user: {} });
    for (const id of ["1", "UU1", "u1", "U1%20", "U01", "%55%31"]) {
      await failure(users.getUser({ key: { case: "id", value: id } }), Code.NotFound, "USER_NOT_FOUND");
    }
    for (const id of ["Ｕ１", "U1 ", "U1\n", "U1\0"]) {
      const error = await failure(users.getUser({ key: { case: "id", value: id } }), Code.InvalidArgument, "FIELD_INVALID");
      expect(fieldsOf(error)).toEqual(["id"]);
    }
  });

  test("refuses an id that is taken, also by a deleted user", async () => {
    const users = roster.users();
    await users.createUser({ userId: "taken", user: {} });
    const clash = () => failure(users.createUser({ userId: "taken", user: {} }), Code.AlreadyExists, "USER_ID_TAKEN");
    const [resource] = (await clash()).findDetails(ResourceInfoSchema);
    expect(resource).toMatchObject({ resourceType: "roster.v1.User", resourceName: "taken" });
    await users.deleteUser({ id: "taken" });
    await clash();
  });

  test("refuses an e-mail that is taken, whatever its case and the space around it", async () => {
    const users = roster.users();
    const { email } = await addUser(users, { email: " Mixed.Case@Example.org" });
    expect(email).toBe(" Mixed.Case@Example.org");
    for (const same of ["mixed.case@example.org", "MIXED.CASE@EXAMPLE.ORG ", " Mixed.Case@Example.org"]) {
      await failure(users.createUser({ user: { email: same } }), Code.AlreadyExists, "EMAIL_TAKEN");
    }
  });

  test("takes the e-mail and the external id of a deleted user", async () => {
    const users = roster.users();
    const keys = { email: "free@example.org", externalId: "free" };
    const { id } = await addUser(users, keys);
    await users.deleteUser({ id });
    expect(await users.createUser({ user: keys })).toMatchObject({ created: true, user: keys });
  });

  test("takes user_id or user.id, and both only if they agree", async () => {
    const users = roster.users();
    expect((await users.createUser({ user: { id: "either" } })).user?.id).toBe("either");
    expect((await users.createUser({ userId: "both", user: { id: "both" } })).user?.id).toBe("both");
    const call = users.createUser({ userId: "one", user: { id: "other" } });
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["user.id"]);
  });

  test("does not mistake an unknown account for a clash", async () => {
    await failure(roster.users().createUser({ accountId: "nowhere", user: {} }), Code.NotFound, "ACCOUNT_NOT_FOUND");
  });

  test("requires a user", async () => {
    const error = await failure(roster.users().createUser({}), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error)).toEqual(["user"]);
  });
});
