import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole, ApiKeyService } from "../../../gen/roster/v1/api_key_service_pb.js";
import { mintSecret } from "../../../src/directory/keys/api-key.ts";
import { SECOND } from "../../../src/directory/values/clock.ts";
import { clientOf, createKey, failure, lastingDetails, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, adjustableClock, all, useRoster } from "../setup.ts";

const clock = adjustableClock();
const roster = useRoster({ now: clock.now });

/** All that a caller is told who calls with this secret. */
async function answerTo(secret: string | undefined) {
  const error = await failure(roster.as(secret).keys().whoAmI({}), Code.Unauthenticated, "API_KEY_INVALID");
  return {
    code: error.code,
    message: error.message,
    details: lastingDetails(error).map((detail) => JSON.stringify(detail)),
  };
}

describe("a key that does not work", () => {
  test("gets one and the same answer, whatever is wrong with it", async () => {
    const { users, secret } = await roster.account();
    const holder = async () => {
      const { id } = await addUser(users());
      return { id, key: await createKey(roster.server.url, secret, ApiKeyRole.READER, id) };
    };
    const [deleted, suspended, purged] = [await holder(), await holder(), await holder()];
    await users().deleteUser({ id: deleted.id });
    await users().suspendUser({ id: suspended.id });
    await users().purgeUser({ id: purged.id });
    const good = (await holder()).key;
    const lastCharacter = good.endsWith("A") ? "B" : "A";
    const answer = await answerTo(undefined);
    for (const bad of [
      deleted.key,
      suspended.key,
      purged.key,
      mintSecret(roster.server.sources.newId("K")),
      good.slice(0, -1) + lastCharacter,
      good.slice(0, -1),
      `${good}A`,
      good.toLowerCase(),
      good.replace("roster_K", "roster_U"),
      good.replace("roster_", "julep_"),
      good.slice("roster_".length),
      "roster_",
      "x",
      "x".repeat(5_000),
      "' or 1=1 --",
    ]) {
      expect(await answerTo(bad)).toEqual(answer);
    }
  });

  test("is one that ends: it works until its expire_time, and not from that moment on", async () => {
    const expireTime = { seconds: BigInt(Math.floor(clock.now() / SECOND) + 60), nanos: 0 };
    const apiKey = { displayName: "Short-lived", role: ApiKeyRole.READER, expireTime };
    const { secret, apiKey: stored } = await roster.keys().createApiKey({ apiKey });
    expect(stored?.expireTime).toMatchObject(expireTime);
    clock.advance(55 * SECOND);
    expect((await roster.as(secret).keys().whoAmI({})).apiKey?.expireTime).toMatchObject(expireTime);
    clock.advance(6 * SECOND);
    await answerTo(secret);
  });

  test("is refused before anything else is looked at", async () => {
    const users = roster.as(undefined).users();
    await failure(users.createUser({ user: { name: "1" } }), Code.Unauthenticated, "API_KEY_INVALID");
    await failure(users.getUser({ accountId: "nowhere" }), Code.Unauthenticated, "API_KEY_INVALID");
    await failure(all(users.listUsersChunked({ chunkSize: -1 })), Code.Unauthenticated, "API_KEY_INVALID");
  });
});

describe.each(PROTOCOL_NAMES)("a call without a key, %s", (protocol) => {
  test("is refused, unary and streaming", async () => {
    const users = roster.as(undefined).users(protocol);
    await failure(users.listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
    await failure(all(users.listUsersChunked({})), Code.Unauthenticated, "API_KEY_INVALID");
  });

  test("may carry one in either header", async () => {
    const keys = clientOf(ApiKeyService, roster.server.url, undefined, protocol);
    const { secret } = roster.server;
    for (const [name, value] of [
      ["authorization", `Bearer ${secret}`],
      ["Authorization", `bearer   ${secret}`],
      ["authorization", `BEARER ${secret}`],
      ["x-api-key", secret],
      ["X-Api-Key", secret],
    ] as const) {
      expect((await keys.whoAmI({}, { headers: { [name]: value } })).accountId).toBe("default");
    }
    for (const value of [secret, `Basic ${secret}`, `Bearer${secret}`, "Bearer", "Bearer ", `Bearer ${secret} ${secret}`]) {
      await failure(keys.whoAmI({}, { headers: { authorization: value } }), Code.Unauthenticated, "API_KEY_INVALID");
    }
    const both = { authorization: "Bearer wrong", "x-api-key": secret };
    await failure(keys.whoAmI({}, { headers: both }), Code.Unauthenticated, "API_KEY_INVALID");
  });
});

test("a key in a URL or a cookie is not looked for, whatever the method", async () => {
  const { url, secret } = roster.server;
  const path = `${url}/roster.v1.ApiKeyService/WhoAmI`;
  const message = "connect=v1&encoding=json&message=%7B%7D";
  const post = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
  expect((await fetch(`${path}?${message}`, { headers: { "x-api-key": secret } })).status).toBe(200);
  for (const name of ["x-api-key", "authorization", "api_key", "key", "access_token"]) {
    for (const value of [secret, encodeURIComponent(`Bearer ${secret}`)]) {
      expect((await fetch(`${path}?${message}&${name}=${value}`)).status).toBe(401);
      expect((await fetch(`${path}?${name}=${value}`, post)).status).toBe(401);
      const cookie = `${name}=${value}`;
      expect((await fetch(`${path}?${message}`, { headers: { cookie } })).status).toBe(401);
    }
  }
});

test("a key that is known tells of its user as it is now", async () => {
  const keys = roster.as(roster.server.secret).keys();
  const { user } = await keys.whoAmI({});
  await roster
    .as(roster.server.secret)
    .users()
    .updateUser({ user: { id: user?.id ?? "", about: "changed" } });
  expect((await keys.whoAmI({})).user?.about).toBe("changed");
});
