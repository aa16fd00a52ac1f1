import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, addUsers, present, useRoster } from "../setup.ts";

const roster = useRoster();

describe.each(PROTOCOL_NAMES)("GetUser, %s", (protocol) => {
  test("finds a user by id, by external id and by e-mail in any case", async () => {
    const { users } = await roster.account();
    const user = await addUser(users(), { externalId: "Ext ü", email: "Ada@Example.org" });
    for (const key of [
      { case: "id", value: user.id },
      { case: "externalId", value: "Ext ü" },
      { case: "email", value: " aDA@eXAMPLE.ORG " },
    ] as const) {
      expect((await users(protocol).getUser({ key })).user).toEqual(user);
    }
  });

  test("returns the fields of the mask only", async () => {
    const { users } = await roster.account();
    const { id } = await addUser(users(), { name: "Ada", about: "About", email: "a@b.org" });
    const paths = ["id", "name", "display_name"];
    const { user, revision } = await users(protocol).getUser({ key: { case: "id", value: id }, readMask: { paths } });
    expect(user).toMatchObject({ id, name: "Ada", accountId: "", version: 0n, etag: "" });
    expect([user?.about, user?.email, user?.createTime, user?.metadata]).toEqual(Array(4).fill(undefined));
    expect(revision).toBe(2n);
  });
});

describe("GetUser", () => {
  test("takes external ids byte by byte", async () => {
    const users = roster.users();
    await addUser(users, { externalId: "Case" });
    for (const value of ["case", "Case ", "Cas\u0435"]) {
      await failure(users.getUser({ key: { case: "externalId", value } }), Code.NotFound, "USER_NOT_FOUND");
    }
  });

  test("refuses keys that no user can have", async () => {
    const refused = async (key: { case: "id" | "externalId" | "email"; value: string }) =>
      fieldsOf(await failure(roster.users().getUser({ key }), Code.InvalidArgument, "FIELD_INVALID"));
    for (const value of ["", "a\0", "x".repeat(256)]) {
      expect(new Set(await refused({ case: "id", value }))).toEqual(new Set(["id"]));
      expect(new Set(await refused({ case: "externalId", value }))).toEqual(new Set(["external_id"]));
      expect(new Set(await refused({ case: "email", value }))).toEqual(new Set(["email"]));
    }
  });

  test("needs a key", async () => {
    const error = await failure(roster.users().getUser({}), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error)).toEqual(["key"]);
  });

  test.each(["nope", "", "metadata.a", "displayName", "a.b", "\0"])("refuses the mask path %j", async (path) => {
    const id = (await addUser(roster.users())).id;
    const call = roster.users().getUser({ key: { case: "id", value: id }, readMask: { paths: ["id", path] } });
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["read_mask"]);
  });

  test("returns everything for an empty mask and for *", async () => {
    const user = await addUser(roster.users(), { name: "Ada" });
    for (const readMask of [{ paths: [] }, { paths: ["*"] }, { paths: ["id", "*"] }]) {
      expect((await roster.users().getUser({ key: { case: "id", value: user.id }, readMask })).user).toEqual(user);
    }
  });
});

describe.each(PROTOCOL_NAMES)("LookupUsers, %s", (protocol) => {
  test("answers a thousand keys of all kinds, in order", async () => {
    const { users } = await roster.account();
    await users().importUsers({
      users: Array.from({ length: 250 }, (_, i) => ({ id: `u${i}`, externalId: `e${i}`, email: `m${i}@b.org` })),
    });
    await users().deleteUser({ id: "u7" });
    const keys = Array.from({ length: 250 }, (_, i) => [
      { key: { case: "email", value: `M${249 - i}@B.org` } as const, found: `u${249 - i}` },
      { key: { case: "id", value: `u${i}` } as const, found: `u${i}` },
      { key: { case: "externalId", value: `e${i}` } as const, found: `u${i}` },
      { key: { case: "id", value: `nobody${i}` } as const, found: undefined },
    ]).flat();
    const { results, revision } = await users(protocol).lookupUsers({ keys, readMask: { paths: ["id"] } });
    const ids = results.map(({ result }) => (result.case === "user" ? result.value.id : undefined));
    expect(ids).toEqual(keys.map(({ found }) => (found === "u7" ? undefined : found)));
    expect(results.filter(({ result }) => result.case === "notFound" && result.value)).toHaveLength(253);
    expect(revision).toBe(3n);
  });
});

describe("LookupUsers", () => {
  test("answers repeated keys each time, with the user in full", async () => {
    const { users } = await roster.account();
    const user = await addUser(users(), { email: "a@b.org" });
    const keys = ["a@b.org", "A@B.ORG", " a@b.org"].map((value) => ({ key: { case: "email", value } as const }));
    const { results } = await users().lookupUsers({ keys });
    expect(results.map(({ result }) => result.value)).toEqual([user, user, user]);
  });

  test("answers nothing to no keys", async () => {
    expect((await roster.users().lookupUsers({})).results).toEqual([]);
  });

  test("refuses 1001 keys, a key without a kind, and an id that can't be one", async () => {
    const key = { case: "id", value: "a" } as const;
    const refused = async (keys: Parameters<ReturnType<typeof roster.users>["lookupUsers"]>[0]["keys"]) =>
      fieldsOf(await failure(roster.users().lookupUsers({ keys: present(keys) }), Code.InvalidArgument, "FIELD_INVALID"));
    expect(await refused(Array.from({ length: 1001 }, () => ({ key })))).toEqual(["keys"]);
    expect(await refused([{ key }, {}])).toEqual(["keys[1].key"]);
    expect(await refused([{ key }, { key: { case: "id", value: "a b" } }])).toEqual(["keys[1].id"]);
  });

  test("finds none of another account's users", async () => {
    const [a, b] = [await roster.account(), await roster.account()];
    await addUsers(a.users(), 1, () => "only-in-a");
    const { results } = await b.users().lookupUsers({ keys: [{ key: { case: "id", value: "only-in-a" } }] });
    expect(results.map(({ result }) => result.case)).toEqual(["notFound"]);
  });
});
