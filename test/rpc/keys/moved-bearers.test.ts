import { Code } from "@connectrpc/connect";
import { expect, onTestFinished, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { ImportMode } from "../../../gen/roster/v1/user_service_pb.js";
import { SECOND } from "../../../src/directory/values/clock.ts";
import { demand, failure } from "../../support/clients.ts";
import { offlineIssuer, verifierOf } from "../../support/offline-issuer.ts";
import { startPeer } from "../../support/server.ts";
import { brief, watchFromNow } from "../changes/watcher.ts";
import { servicesOf } from "../services.ts";
import { addUser, adjustableClock, type Services, useRoster } from "../setup.ts";

const ROLES = { SELF: "SELF", READER: "READER", ADMIN: "ADMIN" };
const FOUND_BY_EMAIL = { user: { email: "email" }, role: { claim: "role", values: ROLES, default: "SELF" } };

const issuer = await offlineIssuer();
const tokens = verifierOf(issuer.file(FOUND_BY_EMAIL));
const roster = useRoster({ tokens });

let count = 0;
let email = "";
let adaId = "";
let bobId = "";
let caller: Services;
let token = "";

/** Ada, whom a token finds by her e-mail address, and Bob, who has none. */
async function begin(role = "SELF", superAdmin = false): Promise<void> {
  count += 1;
  email = `ada-${count}@example.com`;
  adaId = (await addUser(roster.users(), { email, name: "Ada", superAdmin })).id;
  bobId = (await addUser(roster.users(), { name: "Bob" })).id;
  token = await issuer.token({ email, email_verified: true, role });
  caller = roster.as(token);
  expect((await caller.keys().whoAmI({})).user?.id).toBe(adaId);
}

/** In one transaction, so that it is somebody's at any time. */
async function moveAddress(): Promise<void> {
  const users = [
    { id: adaId, name: "Ada" },
    { id: bobId, name: "Bob", email },
  ];
  expect((await roster.users().importUsers({ users, mode: ImportMode.UPSERT })).failures).toEqual([]);
}

test("once an e-mail address is another user's, so are the tokens that are found by it, at once", async () => {
  await begin();
  await moveAddress();
  const { user } = await caller.users().updateUser({ user: { displayName: "Robert" } });
  expect(user).toMatchObject({ id: bobId, displayName: "Robert" });
  await failure(caller.users().getUser({ key: { case: "id", value: adaId } }), Code.PermissionDenied, "PERMISSION_DENIED");
});

test("a super admin who has lost its e-mail address is nobody to whoever shows a token with it, at once", async () => {
  await begin("ADMIN", true);
  await roster.users().updateUser({ user: { id: adaId }, updateMask: { paths: ["email"] } });
  await failure(caller.keys().whoAmI({}), Code.Unauthenticated, "TOKEN_INVALID");
});

test("a watch of its own user ends when the caller is another user", async () => {
  await begin();
  const watcher = await watchFromNow(caller.users());
  await roster.users().updateUser({ user: { id: adaId, about: "one" } });
  expect((await watcher.changes(1)).flat().map(brief)).toEqual([`UPDATED ${adaId} 2`]);
  await moveAddress();
  demand(await watcher.error(), Code.PermissionDenied, "PERMISSION_DENIED");
});

test("a caller who reads all users goes on", async () => {
  await begin("READER");
  const watcher = await watchFromNow(caller.users());
  await moveAddress();
  await watcher.until(`UPDATED ${bobId} 2`);
  expect((await caller.keys().whoAmI({})).user?.id).toBe(bobId);
});

test("a request id is not answered with the user that the caller was before", async () => {
  await begin();
  const request = { user: { about: "private" }, requestId: `r-${count}` };
  await caller.users().updateUser(request);
  await moveAddress();
  await failure(caller.users().updateUser(request), Code.InvalidArgument, "REQUEST_ID_REUSED");
});

test("another server notices within 5 seconds", async () => {
  const clock = adjustableClock();
  const peer = await startPeer(roster.server, { tokens, now: clock.now });
  onTestFinished(peer.stop);
  await begin();
  const there = servicesOf(peer.url, token);
  expect((await there.keys().whoAmI({})).user?.id).toBe(adaId);
  await moveAddress();
  clock.advance(5 * SECOND);
  expect((await there.keys().whoAmI({})).user?.id).toBe(bobId);
});

test("a key stays with its user, whatever becomes of the e-mail address", async () => {
  await begin();
  const apiKey = { displayName: "Ada's", role: ApiKeyRole.SELF, userId: adaId };
  const { secret } = await roster.keys().createApiKey({ apiKey });
  const self = roster.as(secret).users();
  expect((await self.getUser({ key: { case: "email", value: email } })).user?.id).toBe(adaId);
  await moveAddress();
  await failure(self.getUser({ key: { case: "email", value: email } }), Code.PermissionDenied, "PERMISSION_DENIED");
  expect((await self.getUser({})).user?.id).toBe(adaId);
});
