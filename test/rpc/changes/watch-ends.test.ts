import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { RetryInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { createKey, demand, PROTOCOL_NAMES } from "../../support/clients.ts";
import { GRPC_PORTS, openPulledStream } from "../../support/pulled-stream.ts";
import { startPeer, startTestServer } from "../../support/server.ts";
import { servicesOf } from "../services.ts";
import { ALL_ROLES, addUser, addUsers, present, type TestAccount, useRoster } from "../setup.ts";
import { takeChanges, watch, watchFromNow } from "./watcher.ts";

const roster = useRoster();

/** A user of the account, other than its owner, and a key of it. */
async function reader(account: TestAccount) {
  const { id } = await addUser(account.users());
  const secret = await createKey(roster.server.url, account.secret, ALL_ROLES.READER, id);
  const keyId = present((await roster.as(secret).keys().whoAmI({})).apiKey).id;
  return { id, keyId, secret, ...roster.as(secret) };
}

type Reader = Awaited<ReturnType<typeof reader>>;

const ENDS = {
  "its key is revoked": (account: TestAccount, { keyId }: Reader) => account.keys().revokeApiKey({ id: keyId }),
  "its key is rotated": (account: TestAccount, { keyId }: Reader) => account.keys().rotateApiKey({ id: keyId }),
  "its user is suspended": (account: TestAccount, { id }: Reader) => account.users().suspendUser({ id }),
  "its user is deleted": (account: TestAccount, { id }: Reader) => account.users().deleteUser({ id }),
  "its user is purged": (account: TestAccount, { id }: Reader) => account.users().purgeUser({ id }),
};

describe.each(Object.entries(ENDS))("when %s", (_, end) => {
  test.each(PROTOCOL_NAMES)("an idle watch ends at once, with the error of a new call: %s", async (protocol) => {
    const account = await roster.account();
    const caller = await reader(account);
    const watcher = await watchFromNow(caller.users(protocol));
    const other = await watchFromNow(account.users());
    await end(account, caller);
    demand(await watcher.error(), Code.Unauthenticated, "API_KEY_INVALID");
    await addUser(account.users(), { id: "later" });
    await other.until("CREATED later 1");
  });
});

test("when its account is suspended, a watch says so", async () => {
  const account = await roster.account();
  const watcher = await watchFromNow(account.users());
  await roster.accounts().suspendAccount({ accountId: account.id });
  demand(await watcher.error(), Code.PermissionDenied, "ACCOUNT_SUSPENDED");
});

test("when its key is revoked, a watch ends though its filter has left out all that came", async () => {
  const account = await roster.account();
  const caller = await reader(account);
  const watcher = watch(caller.users(), { filter: 'id == "nobody"' });
  await watcher.next();
  await addUsers(account.users(), 50);
  await account.keys().revokeApiKey({ id: caller.keyId });
  await addUsers(account.users(), 50);
  demand(await watcher.error(), Code.Unauthenticated, "API_KEY_INVALID");
});

test("when a super admin is one no longer, the watch of another account ends", async () => {
  const [own, other] = [await roster.account(), await roster.account()];
  const { id } = await addUser(roster.users(), { superAdmin: true }, own.id);
  const apiKey = { displayName: "Key", userId: id, role: ALL_ROLES.READER };
  const { secret } = await roster.keys().createApiKey({ accountId: own.id, apiKey });
  const watcher = await watchFromNow(roster.as(secret).users(), other.id);
  await roster.users().updateUser({ accountId: own.id, user: { id, superAdmin: false } });
  demand(await watcher.error(), Code.PermissionDenied, "PERMISSION_DENIED");
});

test("a watch and an export end within 5 seconds when another server revokes the key", async () => {
  const account = await roster.account();
  const caller = await reader(account);
  const peer = await startPeer(roster.server);
  const watcher = await watchFromNow(caller.users());
  await servicesOf(peer.url, account.secret).keys().revokeApiKey({ id: caller.keyId });
  const start = performance.now();
  demand(await watcher.error(), Code.Unauthenticated, "API_KEY_INVALID");
  expect(performance.now() - start).toBeLessThan(8_000);
  await peer.stop();
});

test.each(GRPC_PORTS)("an export ends when its key is revoked, however far it has come: %s", async (port) => {
  const account = await roster.account();
  const caller = await reader(account);
  const about = "x".repeat(15_000);
  await account.users().importUsers({ users: Array.from({ length: 200 }, () => ({ about })) });
  const server = { url: roster.server.url, secret: caller.secret };
  const slow = openPulledStream(server, port, UserService.method.listUsersChunked, { chunkSize: 10 });
  await slow.next();
  await account.keys().revokeApiKey({ id: caller.keyId });
  demand(await slow.error(), Code.Unauthenticated, "API_KEY_INVALID");
});

test.each(PROTOCOL_NAMES)(
  "a drain ends an idle watch at once, with the reason and when to try again: %s",
  async (protocol) => {
    const server = await startTestServer({ drainTimeoutMs: 60_000 });
    const watcher = await watchFromNow(servicesOf(server.url, server.secret).users(protocol));
    const stopped = server.stop();
    const error = demand(await watcher.error(), Code.Unavailable, "SERVER_DRAINING");
    expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).toBe(1n);
    await stopped;
  },
);

test("above the limit of streams a server takes no more, until one ends", async () => {
  const server = await startTestServer({ maxStreams: 2 });
  const users = servicesOf(server.url, server.secret).users("gRPC, HTTP/2");
  const [first] = [await watchFromNow(users), await watchFromNow(users)];
  const refused = () => takeChanges(users, {}, 1).catch((error: unknown) => error);
  demand(await refused(), Code.ResourceExhausted, "TOO_MANY_STREAMS");
  expect((await users.listUsers({})).users).toHaveLength(1);
  first.hangUp();
  await expect.poll(refused).toHaveLength(1);
  await server.stop();
});

test("a caller that hangs up frees its stream, also in the midst of much data", async () => {
  const server = await startTestServer({ maxStreams: 1 });
  const users = servicesOf(server.url, server.secret).users("gRPC, HTTP/2");
  await addUsers(users, 3000);
  const start = { case: "withInitialState", value: true } as const;
  for (let round = 0; round < 5; round += 1) {
    await expect.poll(() => takeChanges(users, { start }, 1).catch(() => [])).toHaveLength(1);
  }
  await server.stop();
});
