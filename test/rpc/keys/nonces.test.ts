import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { SECOND } from "../../../src/directory/values/clock.ts";
import { failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { startPeer } from "../../support/server.ts";
import { reopenTestStore } from "../../support/store.ts";
import { servicesOf } from "../services.ts";
import { addUser, adjustableClock, present, type Services, type TestAccount, useRoster } from "../setup.ts";

const clock = adjustableClock();
const roster = useRoster({ now: clock.now });

const carrying = (nonce: string) => ({ headers: { "roster-client-nonce": nonce } });
const issue = async ({ keys }: Services) => (await keys().issueNonce({})).nonce;
const create = ({ users }: Services, nonce: string) => users().createUser({ user: {} }, carrying(nonce));
const refused = (call: Promise<unknown>, reason: "NONCE_REQUIRED" | "NONCE_INVALID" | "NONCE_USED" | "NONCE_EXPIRED") =>
  failure(call, Code.FailedPrecondition, reason);

/** What a key that must send nonces can call. */
async function strictKey({ keys }: TestAccount): Promise<Services> {
  const apiKey = { displayName: "Strict", role: ApiKeyRole.ADMIN, requireNonce: true };
  return roster.as((await keys().createApiKey({ apiKey })).secret);
}

describe.each(PROTOCOL_NAMES)("a nonce, %s", (protocol) => {
  test("lets one mutating call through", async () => {
    const account = await roster.account();
    const { nonce, expireTime } = await account.keys(protocol).issueNonce({});
    expect(nonce).toMatch(/^[\w-]{43}$/);
    const life = Number(present(expireTime).seconds) - clock.now() / SECOND;
    expect([life > 58, life <= 60]).toEqual([true, true]);
    const users = account.users(protocol);
    expect((await users.createUser({ user: {} }, carrying(nonce))).created).toBe(true);
    await refused(users.createUser({ user: {} }, carrying(nonce)), "NONCE_USED");
  });
});

describe("a nonce", () => {
  test("is refused when it is not one, or is another key's, even of the same user", async () => {
    const account = await roster.account();
    const other = await strictKey(account);
    const [theirs, mine] = [await issue(other), await issue(account)];
    for (const nonce of [
      "",
      "x",
      "A".repeat(43),
      mine.toLowerCase(),
      `${mine}A`,
      mine.slice(1),
      theirs,
      "x".repeat(5_000),
    ]) {
      await refused(create(account, nonce), "NONCE_INVALID");
    }
    expect((await account.users().listUsers({})).users).toHaveLength(1);
    expect((await create(account, mine)).created).toBe(true);
    expect((await create(other, theirs)).created).toBe(true);
  });

  test("is good for 60 seconds", async () => {
    const account = await roster.account();
    const [early, late] = [await issue(account), await issue(account)];
    clock.advance(55 * SECOND);
    expect((await create(account, early)).created).toBe(true);
    clock.advance(5 * SECOND);
    await refused(create(account, late), "NONCE_EXPIRED");
    await refused(create(account, early), "NONCE_USED");
  });

  test("is used up by a call that fails, whether it was refused for its fields, its subject or its checks only", async () => {
    const account = await roster.account();
    const users = account.users();
    const calls: Array<[(options: object) => Promise<unknown>, Code, "FIELD_INVALID" | "USER_NOT_FOUND"]> = [
      [(options) => users.createUser({ user: { externalId: "" } }, options), Code.InvalidArgument, "FIELD_INVALID"],
      [(options) => users.createUser({ user: { name: "1" } }, options), Code.InvalidArgument, "FIELD_INVALID"],
      [(options) => users.deleteUser({ id: "nobody" }, options), Code.NotFound, "USER_NOT_FOUND"],
    ];
    for (const [call, code, reason] of calls) {
      const nonce = await issue(account);
      await failure(call(carrying(nonce)), code, reason);
      await refused(create(account, nonce), "NONCE_USED");
    }
    const nonce = await issue(account);
    await users.createUser({ user: {}, validateOnly: true }, carrying(nonce));
    await refused(create(account, nonce), "NONCE_USED");
  });

  test("is not used up by a call that is refused for its rights, nor by a read", async () => {
    const account = await roster.account();
    const nonce = await issue(account);
    const elsewhere = account.users().createUser({ accountId: "nowhere", user: {} }, carrying(nonce));
    await failure(elsewhere, Code.PermissionDenied, "PERMISSION_DENIED");
    expect((await account.users().listUsers({}, carrying(nonce))).users).toHaveLength(1);
    expect((await account.keys().issueNonce({}, carrying("nonsense"))).nonce).not.toBe(nonce);
    expect((await create(account, nonce)).created).toBe(true);
    expect((await account.users().listUsers({}, carrying(nonce))).users).toHaveLength(2);
  });

  test("of a super admin works in whatever account the call is about", async () => {
    const accountId = await roster.emptyAccount();
    const nonce = await issue(roster);
    const { user } = await roster.users().createUser({ accountId, user: {} }, carrying(nonce));
    expect(user?.accountId).toBe(accountId);
    await refused(create(roster, nonce), "NONCE_USED");
  });

  test("used by many parallel calls lets one of them through, on one server and across two", async () => {
    const peer = await startPeer(roster.server);
    const account = await roster.account();
    const elsewhere = servicesOf(peer.url, account.secret);
    for (const callers of [[account], [account, elsewhere]]) {
      const before = (await account.users().listUsers({})).users.length;
      const nonce = await issue(account);
      const calls = Array.from({ length: 20 }, (_, i) => create(callers[i % callers.length] ?? account, nonce));
      const outcomes = await Promise.allSettled(calls);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      await Promise.all(calls.map((call) => call.catch(() => refused(call, "NONCE_USED"))));
      expect((await account.users().listUsers({})).users).toHaveLength(before + 1);
    }
    await peer.stop();
  });

  test("that was used stays used after a restart, and one that was not is good still", async () => {
    const account = await roster.account();
    const first = await startPeer(roster.server, { now: clock.now });
    const before = servicesOf(first.url, account.secret);
    const [used, unused] = [await issue(before), await issue(before)];
    await create(before, used);
    await first.stop();
    const second = await startPeer(roster.server, { now: clock.now });
    const after = servicesOf(second.url, account.secret);
    await refused(create(after, used), "NONCE_USED");
    expect((await create(after, unused)).created).toBe(true);
    await second.stop();
  });

  test("is stored as a digest alone", async () => {
    const account = await roster.account();
    const nonce = await issue(account);
    const { store, close } = await reopenTestStore(roster.server.databaseUrl);
    const origin = { accountId: account.id, apiKeyId: null, requestId: null };
    const keyId = account.secret.slice(7, 34);
    expect(await store.write(origin, ({ nonces }) => nonces.find(keyId, Buffer.from(nonce)))).toBeUndefined();
    await close();
    expect((await create(account, nonce)).created).toBe(true);
  });
});

describe("a key with require_nonce", () => {
  test("must send one with each mutation, and with nothing else", async () => {
    const strict = await strictKey(await roster.account());
    await refused(strict.users().createUser({ user: {} }), "NONCE_REQUIRED");
    await refused(strict.users().createUser({ user: { name: "1" } }), "NONCE_REQUIRED");
    await refused(create(strict, ""), "NONCE_INVALID");
    expect((await strict.users().listUsers({})).users).toHaveLength(1);
    expect((await create(strict, await issue(strict))).created).toBe(true);
    expect((await strict.keys().whoAmI({})).apiKey?.requireNonce).toBe(true);
  });

  test("is one from the moment it is made so, and no longer once it is not", async () => {
    const account = await roster.account();
    const { apiKey, secret } = await account
      .keys()
      .createApiKey({ apiKey: { displayName: "Free", role: ApiKeyRole.WRITER } });
    const caller = roster.as(secret);
    const require = (requireNonce: boolean) =>
      account
        .keys()
        .updateApiKey({ apiKey: { id: present(apiKey).id, requireNonce }, updateMask: { paths: ["require_nonce"] } });
    await addUser(caller.users());
    await require(true);
    await refused(addUser(caller.users()), "NONCE_REQUIRED");
    await require(false);
    await addUser(caller.users());
  });
});
