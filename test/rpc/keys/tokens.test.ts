import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { UserStatus } from "../../../gen/roster/v1/user_pb.js";
import type { TokenVerifier } from "../../../src/directory/keys/bearer-token.ts";
import { createClock } from "../../../src/directory/values/clock.ts";
import { createLog } from "../../../src/log.ts";
import { issuerKeys } from "../../../src/tokens/issuer-keys.ts";
import { parseIssuers } from "../../../src/tokens/issuers-file.ts";
import { verifyTokens } from "../../../src/tokens/verifier.ts";
import { failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { AUDIENCE, signingKey, startIssuer } from "../../support/issuer.ts";
import { startTestServer } from "../../support/server.ts";
import { watch } from "../changes/watcher.ts";
import { servicesOf } from "../services.ts";
import { addUser, getUser, present } from "../setup.ts";

const LOG = createLog("silent");
afterEach(() => {
  vi.useRealTimers();
});

const inAMinute = () => Math.ceil(Date.now() / 1000) + 60;

const READERS = { role: "READER" };

/** A server that trusts an issuer, as the file would say it. */
async function openWithIssuer(settings: object = {}, elapsed?: () => number) {
  const issuer = await startIssuer();
  const least = { issuer: issuer.url, audiences: [AUDIENCE], account: "default", user: { external_id: "sub" } };
  const issuers = parseIssuers(JSON.stringify({ issuers: [{ ...least, ...settings }] }));
  const listeners: Array<() => void> = [];
  const distrust = () => {
    for (const listener of listeners) listener();
  };
  const verify = vi.fn(verifyTokens(issuers, (each) => issuerKeys(each, LOG, elapsed, distrust)));
  const tokens: TokenVerifier = { verify, onChange: (listener) => void listeners.push(listener) };
  const server = await startTestServer({ tokens, now: createClock(() => Date.now()) });
  onTestFinished(server.stop);
  const as = async (claims: Readonly<Record<string, unknown>> = {}) => servicesOf(server.url, await issuer.token(claims));
  const admin = servicesOf(server.url, server.secret);
  return { issuer, server, admin, as, verify, distrust };
}

const refused = (call: Promise<unknown>) => failure(call, Code.Unauthenticated, "TOKEN_INVALID");

test.each(PROTOCOL_NAMES)("a token acts for its user, with the role of its claims: %s", async (protocol) => {
  const { issuer, admin, as } = await openWithIssuer(READERS);
  const { id } = await addUser(admin.users(), { externalId: "ada", name: "Ada" });
  const caller = await as();
  expect(await caller.keys(protocol).whoAmI({})).toMatchObject({
    token: { issuer: issuer.url, subject: "ada" },
    role: ApiKeyRole.READER,
    accountId: "default",
    user: { id },
    superAdmin: false,
  });
  expect((await caller.keys(protocol).whoAmI({})).apiKey).toBeUndefined();
  expect(await getUser(caller.users(protocol), id)).toMatchObject({ name: "Ada" });
  await failure(caller.users(protocol).createUser({ user: {} }), Code.PermissionDenied, "PERMISSION_DENIED");
  await refused((await as({ aud: "other" })).users(protocol).listUsers({}));
});

test("a token is verified once, and remembered until it ends", async () => {
  const { admin, as, verify } = await openWithIssuer({ ...READERS, clock_tolerance_seconds: 0 });
  await addUser(admin.users(), { externalId: "ada" });
  const { users } = await as({ exp: inAMinute() });
  for (let n = 0; n < 5; n += 1) await users().listUsers({});
  expect(verify).toHaveBeenCalledTimes(1);
  vi.setSystemTime(inAMinute() * 1000);
  await refused(users().listUsers({}));
});

test("a subject that is no user is refused, where the file does not say that it becomes one", async () => {
  const { as } = await openWithIssuer(READERS);
  await refused((await as()).users().listUsers({}));
});

test("an unknown subject becomes one user at its first calls, however many come at once", async () => {
  const { admin, as } = await openWithIssuer({
    ...READERS,
    create_users: { name: "name", email: "email", status: "INVITED" },
  });
  const claims = { name: "Ada Lovelace", email: "ada@example.com", email_verified: true };
  const caller = await as(claims);
  const answers = await Promise.all(Array.from({ length: 20 }, () => caller.keys().whoAmI({})));
  expect(new Set(answers.map(({ user }) => user?.id)).size).toBe(1);
  expect(answers[0]?.user).toMatchObject({
    externalId: "ada",
    name: "Ada Lovelace",
    email: "ada@example.com",
    status: UserStatus.INVITED,
  });
  const { users } = await admin.users().listUsers({ filter: 'external_id == "ada"' });
  expect(users.map(({ version }) => version)).toEqual([1n]);
});

test.each([
  ["a name that CreateUser refuses", { name: "x".repeat(121) }],
  ["an e-mail address that another user has", { email: "taken@example.com", email_verified: true }],
  ["a subject that is no external id", { sub: "\u0001" }],
])("a subject with %s does not become a user", async (_, claims) => {
  const { admin, as } = await openWithIssuer({ ...READERS, create_users: { name: "name", email: "email" } });
  await addUser(admin.users(), { email: "taken@example.com" });
  await refused((await as(claims)).keys().whoAmI({}));
  expect((await admin.users().listUsers({})).users).toHaveLength(2);
});

test("a deleted user is not made anew by its token, a purged one is", async () => {
  const { admin, as } = await openWithIssuer({ ...READERS, create_users: {} });
  const caller = await as();
  const id = present((await caller.keys().whoAmI({})).user).id;
  await admin.users().deleteUser({ id });
  await refused(caller.keys().whoAmI({}));
  await refused((await as({ jti: "another token" })).keys().whoAmI({}));
  await admin.users().undeleteUser({ id });
  expect((await caller.keys().whoAmI({})).user?.id).toBe(id);
  await admin.users().purgeUser({ id });
  expect((await caller.keys().whoAmI({})).user?.id).not.toBe(id);
});

test("a suspended user or account is out at once, and so are its open streams", async () => {
  const { admin, as } = await openWithIssuer({ ...READERS, account: { claim: "org" } });
  const { account } = await admin.accounts().createAccount({ account: { name: "Acme" } });
  const accountId = present(account).id;
  const { id } = await addUser(admin.users(), { externalId: "ada" }, accountId);
  const caller = await as({ org: accountId });
  const watcher = watch(caller.users(), {});
  await watcher.next();
  await admin.users().suspendUser({ accountId, id });
  await refused(watcher.error().then((error) => Promise.reject(error)));
  await refused(caller.keys().whoAmI({}));
  await admin.users().activateUser({ accountId, id });
  expect((await caller.keys().whoAmI({})).user?.id).toBe(id);
  await admin.accounts().suspendAccount({ accountId });
  await failure(caller.keys().whoAmI({}), Code.PermissionDenied, "ACCOUNT_SUSPENDED");
});

test("an open stream ends with its token", async () => {
  const { admin, as } = await openWithIssuer({ ...READERS, clock_tolerance_seconds: 0 });
  await addUser(admin.users(), { externalId: "ada" });
  const watcher = watch((await as({ exp: inAMinute() })).users(), {});
  await watcher.next();
  vi.setSystemTime(inAMinute() * 1000);
  await refused(watcher.error().then((error) => Promise.reject(error)));
});

test("what was proven by an issuer that is trusted no longer counts no longer", async () => {
  const { admin, as, verify, distrust, issuer } = await openWithIssuer(READERS);
  await addUser(admin.users(), { externalId: "ada" });
  const caller = await as();
  await caller.users().listUsers({});
  issuer.keys = [];
  verify.mockRejectedValue(new Error("not trusted"));
  distrust();
  await expect(caller.users().listUsers({})).rejects.toThrow();
});

test("a token that was proven ends when its issuer withdraws the key", async () => {
  let elapsed = 0;
  const { admin, as, issuer } = await openWithIssuer(READERS, () => elapsed);
  await addUser(admin.users(), { externalId: "ada" });
  const [first, second] = [issuer.keys[0] ?? expect.fail("the issuer has no key"), await signingKey("second")];
  const old = await as();
  await old.users().listUsers({});
  // Each of these makes the keys be fetched, since it is signed with one that is not known.
  issuer.keys = [second, first];
  elapsed += 10_000;
  await (await as()).users().listUsers({});
  await old.users().listUsers({});
  issuer.keys = [await signingKey("third")];
  elapsed += 10_000;
  await (await as()).users().listUsers({});
  await refused(old.users().listUsers({}));
});

test("a token acts on its own account only, unless its user is a super admin", async () => {
  const { admin, as } = await openWithIssuer({ role: "ADMIN" });
  const { account } = await admin.accounts().createAccount({ account: { name: "Acme" } });
  const accountId = present(account).id;
  const { id } = await addUser(admin.users(), { externalId: "ada" });
  const caller = await as();
  await failure(caller.users().listUsers({ accountId }), Code.PermissionDenied, "PERMISSION_DENIED");
  await admin.users().updateUser({ user: { id, superAdmin: true } });
  expect((await caller.users().listUsers({ accountId })).users).toEqual([]);
});

test("an account that does not exist is one more token that is not taken", async () => {
  const { as } = await openWithIssuer({ account: { claim: "org" } });
  await refused((await as({ org: "nowhere" })).keys().whoAmI({}));
});

test("while the issuer is out of reach, a caller with a new key is told to try again", async () => {
  const { issuer, as } = await openWithIssuer(READERS);
  issuer.reachable = false;
  await failure((await as()).users().listUsers({}), Code.Unavailable, "ISSUER_UNAVAILABLE");
});

test("a token elsewhere than in the authorization header is not looked for", async () => {
  const { issuer, server, admin } = await openWithIssuer(READERS);
  await addUser(admin.users(), { externalId: "ada" });
  const token = await issuer.token();
  const url = `${server.url}/roster.v1.ApiKeyService/WhoAmI`;
  const call = (query: string, headers: Record<string, string>) =>
    fetch(`${url}${query}`, { method: "POST", body: "{}", headers: { "content-type": "application/json", ...headers } });
  expect((await call("", { authorization: `Bearer ${token}` })).status).toBe(200);
  for (const [query, headers] of [
    [`?access_token=${token}`, {}],
    [`?authorization=${encodeURIComponent(`Bearer ${token}`)}`, {}],
    ["", { cookie: `authorization=Bearer ${token}; access_token=${token}` }],
  ] as const) {
    expect((await call(query, headers)).status).toBe(401);
  }
});

test.each(PROTOCOL_NAMES)("a token of 64 KB is refused, and the next call is answered: %s", async (protocol) => {
  const { admin, as } = await openWithIssuer(READERS);
  await addUser(admin.users(), { externalId: "ada" });
  const huge = (await as({ padding: "x".repeat(65_536) })).users(protocol);
  // HTTP/2 has no room for it: the client does not even send it. HTTP/1.1 has not either, and says so.
  await expect(huge.listUsers({})).rejects.toThrow(ConnectError);
  const large = (await as({ padding: "x".repeat(40_000) })).users(protocol);
  const error = await large.listUsers({}).then(() => expect.fail("the call succeeded"), ConnectError.from);
  expect(Code[error.code]).not.toBe("Internal");
  expect((await (await as()).users(protocol).listUsers({})).users).toHaveLength(2);
});
