import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, type Keys, present, useRoster, withRole } from "../setup.ts";

const roster = useRoster();

type NewKey = NonNullable<Parameters<Keys["createApiKey"]>[0]["apiKey"]>;

describe.each(PROTOCOL_NAMES)("ApiKeyService, %s", (protocol) => {
  test("creates a key, and WhoAmI tells its holder what it is", async () => {
    const account = await roster.account();
    const user = await addUser(account.users(), { name: "Ada" });
    const apiKey = { displayName: " Export job ", userId: user.id, role: ApiKeyRole.READER };
    const { apiKey: created, secret } = await account.keys(protocol).createApiKey({ apiKey });
    expect(secret).toMatch(/^roster_K[0-9A-HJKMNP-TV-Z]{26}_[\w-]{43}$/);
    expect(created).toMatchObject({ ...apiKey, displayName: "Export job", id: secret.slice(7, 34) });
    expect(present(created).expireTime).toBeUndefined();
    const me = await roster.as(secret).keys(protocol).whoAmI({});
    expect(me).toMatchObject({ apiKey: created, accountId: account.id, user, superAdmin: false });
  });
});

describe("CreateApiKey", () => {
  test("is for the caller's own user when none is named", async () => {
    const account = await roster.account();
    const { apiKey } = await account.keys().createApiKey({ apiKey: { displayName: "Own", role: ApiKeyRole.ADMIN } });
    expect(apiKey?.userId).toBe(account.ownerId);
  });

  test("knows only users of the account", async () => {
    const [a, b] = [await roster.account(), await roster.account()];
    for (const userId of [b.ownerId, "unknown"]) {
      const call = a.keys().createApiKey({ apiKey: { displayName: "Foreign", role: ApiKeyRole.READER, userId } });
      await failure(call, Code.NotFound, "USER_NOT_FOUND");
    }
  });

  test("needs a user named when it is for another account, even one with a user of the same id", async () => {
    const apiKey = { displayName: "Elsewhere", role: ApiKeyRole.READER };
    const [a, b] = [await roster.account(), await roster.account()];
    await roster.users().createUser({ userId: "same-everywhere", user: { superAdmin: true } });
    await addUser(b.users(), { id: "same-everywhere" });
    const { secret } = await roster.keys().createApiKey({ apiKey: { ...apiKey, role: 3, userId: "same-everywhere" } });
    for (const { id: accountId } of [a, b]) {
      const call = roster.as(secret).keys().createApiKey({ accountId, apiKey });
      expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["api_key.user_id"]);
    }
    const made = await roster.keys().createApiKey({ accountId: a.id, apiKey: { ...apiKey, userId: a.ownerId } });
    expect((await roster.as(made.secret).keys().whoAmI({})).accountId).toBe(a.id);
  });

  test("is refused for users who may not act", async () => {
    const { users, keys } = await roster.account();
    const create = (userId: string) =>
      keys().createApiKey({ apiKey: { displayName: "Barred", role: ApiKeyRole.READER, userId } });
    const { id } = await addUser(users());
    await users().suspendUser({ id });
    await failure(create(id), Code.FailedPrecondition, "USER_SUSPENDED");
    await users().deleteUser({ id });
    await failure(create(id), Code.NotFound, "USER_NOT_FOUND");
  });

  test("grants nothing that the caller lacks: keys of super admins take a super admin", async () => {
    const ordinary = await addUser(roster.users());
    const superAdmin = await addUser(roster.users(), { superAdmin: true });
    const apiKey = { displayName: "Step", role: ApiKeyRole.ADMIN };
    const { secret } = await roster.keys().createApiKey({ apiKey: { ...apiKey, userId: ordinary.id } });
    const climb = roster
      .as(secret)
      .keys()
      .createApiKey({ apiKey: { ...apiKey, role: 1, userId: superAdmin.id } });
    await failure(climb, Code.PermissionDenied, "PERMISSION_DENIED");
    expect((await roster.keys().createApiKey({ apiKey: { ...apiKey, userId: superAdmin.id } })).secret).not.toBe("");
  });

  const bad: Array<[string, NewKey, string]> = [
    ["no display name", { role: 1 }, "api_key.display_name"],
    ["a display name of one character", { role: 1, displayName: " a " }, "api_key.display_name"],
    ["a display name of 101 characters", { role: 1, displayName: "a".repeat(101) }, "api_key.display_name"],
    ["a control character in the display name", { role: 1, displayName: "a\0b" }, "api_key.display_name"],
    ["no role", { displayName: "Key" }, "api_key.role"],
    ["an unknown role", { displayName: "Key", role: JSON.parse("9") }, "api_key.role"],
    ["a user id that can't be one", { displayName: "Key", role: 1, userId: "a b" }, "api_key.user_id"],
    ["an end beyond all time", { displayName: "Key", role: 1, expireTime: { seconds: 10n ** 18n } }, "api_key.expire_time"],
    [
      "an end before all time",
      { displayName: "Key", role: 1, expireTime: { seconds: -(10n ** 18n) } },
      "api_key.expire_time",
    ],
  ];
  test.each(bad)("refuses %s, with a request id or without", async (_, apiKey, field) => {
    for (const requestId of ["", field]) {
      const call = roster.keys().createApiKey({ apiKey, requestId });
      expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual([field]);
    }
  });

  test("takes an end as late as Timestamps go", async () => {
    const expireTime = { seconds: 253_402_300_799n, nanos: 0 };
    const given = { displayName: "Late", role: 1, expireTime: { ...expireTime, nanos: 999_999_999 } };
    const { apiKey, secret } = await roster.keys().createApiKey({ apiKey: given });
    expect(apiKey?.expireTime).toMatchObject(expireTime);
    expect((await roster.as(secret).keys("Connect, JSON, HTTP/1.1").whoAmI({})).apiKey?.expireTime).toMatchObject(
      expireTime,
    );
  });

  test("requires a key", async () => {
    expect(fieldsOf(await failure(roster.keys().createApiKey({}), Code.InvalidArgument, "FIELD_INVALID"))).toEqual([
      "api_key",
    ]);
  });
});

describe("WhoAmI", () => {
  test("names the RPCs that the key may call, sorted, more for each higher role", async () => {
    const account = await roster.account();
    const methods = async (role: ApiKeyRole) => (await (await withRole(roster, account, role)).keys().whoAmI({})).methods;
    const [reader, writer, admin] = [await methods(1), await methods(2), await methods(3)];
    expect(reader).toEqual(reader.toSorted());
    expect(reader).toContain("roster.v1.UserService/GetUser");
    expect(reader).not.toContain("roster.v1.UserService/CreateUser");
    expect(writer).toEqual(expect.arrayContaining([...reader, "roster.v1.UserService/CreateUser"]));
    expect(admin).toEqual(expect.arrayContaining([...writer, "roster.v1.ApiKeyService/CreateApiKey"]));
    expect(admin).toEqual(expect.arrayContaining(UserService.methods.map(({ name }) => `roster.v1.UserService/${name}`)));
  });

  test("says who is a super admin", async () => {
    expect(await roster.keys().whoAmI({})).toMatchObject({ superAdmin: true, accountId: "default" });
  });
});
