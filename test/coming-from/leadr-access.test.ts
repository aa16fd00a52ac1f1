import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { AccountStatus } from "../../gen/roster/v1/account_service_pb.js";
import { ApiKeyRole } from "../../gen/roster/v1/api_key_service_pb.js";
import { present, useRoster } from "../rpc/setup.ts";
import { failure } from "../support/clients.ts";
import { byId, JSON_OVER_HTTP } from "./calls.ts";

const roster = useRoster();
const accounts = () => roster.accounts(JSON_OVER_HTTP);

describe("the accounts of LEADR are AccountService, which", () => {
  test("creates, finds, lists and renames an account for a super admin", async () => {
    const { account } = await accounts().createAccount({ account: { name: "Acme Games", slug: "acme-games" } });
    expect(account).toMatchObject({ name: "Acme Games", slug: "acme-games", status: AccountStatus.ACTIVE });
    const accountId = present(account).id;
    expect((await accounts().getAccount({ accountId })).account).toEqual(account);
    expect((await accounts().listAccounts({})).accounts.map(({ id }) => id)).toContain(accountId);
    const renamed = await accounts().updateAccount({ accountId, account: { name: "Acme" } });
    expect(renamed.account).toMatchObject({ name: "Acme", slug: "acme-games" });
    const clash = accounts().createAccount({ account: { name: "Another Acme", slug: "acme-games" } });
    await failure(clash, Code.AlreadyExists, "SLUG_TAKEN");
  });

  test("shows others their own account only", async () => {
    const own = await roster.account();
    const calls = own.accounts(JSON_OVER_HTTP);
    expect((await calls.getAccount({})).account?.id).toBe(own.id);
    await failure(calls.listAccounts({}), Code.PermissionDenied, "PERMISSION_DENIED");
    await failure(calls.createAccount({ account: { name: "Mine" } }), Code.PermissionDenied, "PERMISSION_DENIED");
  });

  test("suspends an account, whose keys stand still until it is active again", async () => {
    const { id: accountId, users } = await roster.account();
    await accounts().suspendAccount({ accountId });
    await failure(users(JSON_OVER_HTTP).listUsers({}), Code.PermissionDenied, "ACCOUNT_SUSPENDED");
    await accounts().activateAccount({ accountId });
    expect((await users(JSON_OVER_HTTP).listUsers({})).users).toHaveLength(1);
  });
});

test("DeleteAccount erases an account, and what is in it only by force", async () => {
  const { id: accountId } = await roster.account();
  await failure(accounts().deleteAccount({ accountId }), Code.FailedPrecondition, "ACCOUNT_NOT_EMPTY");
  await accounts().deleteAccount({ accountId, force: true });
  await failure(accounts().getAccount({ accountId }), Code.NotFound, "ACCOUNT_NOT_FOUND");
});

describe("the account scope of LEADR is account_id, which", () => {
  test("gives one answer for a foreign account, whether it exists or not, and for users in it", async () => {
    const [mine, theirs] = [await roster.account(), await roster.account()];
    const get = (accountId: string, id: string) => mine.users(JSON_OVER_HTTP).getUser({ accountId, ...byId(id) });
    for (const [accountId, id] of [
      [theirs.id, theirs.ownerId],
      [theirs.id, "nobody"],
      ["nowhere", "nobody"],
    ] as const) {
      await failure(get(accountId, id), Code.PermissionDenied, "PERMISSION_DENIED");
    }
    await failure(get("", theirs.ownerId), Code.NotFound, "USER_NOT_FOUND");
    await failure(get("", "nobody"), Code.NotFound, "USER_NOT_FOUND");
  });

  test("lets a super admin act on any account, and list all of them at once", async () => {
    const { id: accountId, ownerId, users } = await roster.account();
    const admin = roster.users(JSON_OVER_HTTP);
    expect((await admin.getUser({ accountId, ...byId(ownerId) })).user?.accountId).toBe(accountId);
    const everyone = (await admin.listUsers({ accountId: "-", pageSize: 1000 })).users;
    expect(everyone.map((user) => user.accountId)).toEqual(expect.arrayContaining([accountId, "default"]));
    await failure(users(JSON_OVER_HTTP).listUsers({ accountId: "-" }), Code.PermissionDenied, "PERMISSION_DENIED");
  });
});

describe("leadr-api-key is x-api-key, which", () => {
  test("identifies the caller as the authorization header does", async () => {
    const { id, ownerId, secret } = await roster.account();
    for (const headers of [{ "x-api-key": secret }, { authorization: `Bearer ${secret}` }]) {
      expect(await whoAmI(headers)).toMatchObject({ accountId: id, user: { id: ownerId } });
    }
    expect(await whoAmI({ "x-api-key": "ldr_unknown" })).toMatchObject({ code: "unauthenticated" });
  });

  test("stops working at once when the key is revoked", async () => {
    const { keys } = await roster.account();
    const apiKey = { displayName: "Backend", role: ApiKeyRole.WRITER };
    const made = await keys(JSON_OVER_HTTP).createApiKey({ apiKey });
    const caller = roster.as(made.secret).users(JSON_OVER_HTTP);
    expect((await caller.listUsers({})).users).toHaveLength(1);
    await keys(JSON_OVER_HTTP).revokeApiKey({ id: present(made.apiKey).id });
    await failure(caller.listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
  });

  const whoAmI = async (headers: Record<string, string>): Promise<unknown> =>
    (await post("ApiKeyService/WhoAmI", headers, {})).json();
});

test.each([
  [400, "UserService/GetUser", { id: "" }],
  [400, "UserService/ListUsers", { order_by: "created_at:desc" }],
  [403, "UserService/ListUsers", { account_id: "nowhere" }],
  [404, "UserService/GetUser", { id: "nobody" }],
  [409, "UserService/CreateUser", { user_id: "taken", user: {} }],
])("a caller of LEADR still gets HTTP status %i: %s %j", async (status, method, body) => {
  const { secret, users } = await roster.account();
  await users(JSON_OVER_HTTP).createUser({ userId: "taken", user: {} });
  expect((await post(method, { "x-api-key": secret }, body)).status).toBe(status);
  expect((await post(method, {}, body)).status).toBe(401);
});

function post(method: string, headers: Record<string, string>, body: object): Promise<Response> {
  return fetch(`${roster.server.url}/roster.v1.${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

describe("leadr-client-nonce is roster-client-nonce, which", () => {
  test("is good for one change, and asked for from keys that require it", async () => {
    const { users, nonce } = await carefulCaller();
    const given = { user: { displayName: "Ada" } };
    await failure(users.createUser(given), Code.FailedPrecondition, "NONCE_REQUIRED");
    const headers = { "roster-client-nonce": await nonce() };
    expect((await users.createUser(given, { headers })).created).toBe(true);
    await failure(users.createUser(given, { headers }), Code.FailedPrecondition, "NONCE_USED");
    expect((await users.listUsers({})).users).toHaveLength(2);
  });

  test("lets one of two parallel uses through", async () => {
    const { users, nonce } = await carefulCaller();
    const headers = { "roster-client-nonce": await nonce() };
    const uses = await Promise.allSettled([1, 2].map(() => users.createUser({ user: {} }, { headers })));
    expect(uses.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect((await users.listUsers({})).users).toHaveLength(2);
  });

  test("of another key is no nonce", async () => {
    const [mine, other] = [await carefulCaller(), await carefulCaller()];
    const headers = { "roster-client-nonce": await other.nonce() };
    const call = mine.users.createUser({ user: {} }, { headers });
    await failure(call, Code.FailedPrecondition, "NONCE_INVALID");
  });

  /** A caller whose key must send a nonce with each change, in an account with one user. */
  async function carefulCaller() {
    const { keys } = await roster.account();
    const apiKey = { displayName: "Game client", role: ApiKeyRole.WRITER, requireNonce: true };
    const { secret } = await keys(JSON_OVER_HTTP).createApiKey({ apiKey });
    const own = roster.as(secret);
    return {
      users: own.users(JSON_OVER_HTTP),
      nonce: async () => (await own.keys(JSON_OVER_HTTP).issueNonce({})).nonce,
    };
  }
});
