import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { startPeer } from "../../support/server.ts";
import { servicesOf } from "../services.ts";
import { addSession, addUser, useRoster, withRole } from "../setup.ts";
import { firstMessage, watchAudit } from "./audit-watcher.ts";

const roster = useRoster({ watchHeartbeatMs: 200 });

describe.each(PROTOCOL_NAMES)("WatchAuditEntries, %s", (protocol) => {
  test("sends each entry once, in order, from the start, from now, and after a token", async () => {
    const { users, sessions, audit } = await roster.account();
    const watched = watchAudit(audit(protocol), {});
    expect(await watched.next()).toMatchObject({ entries: [], caughtUp: true });
    const { id: userId } = await addUser(users());
    await addSession(sessions(), { userId });
    const entries = await watched.entries(2);
    expect(entries.map(({ method }) => method.split("/")[1])).toEqual(["CreateUser", "CreateSession"]);
    watched.hangUp();

    await users().deleteUser({ id: userId });
    const { token: resumeToken } = watched;
    const resumed = await watchAudit(audit(protocol), { start: { case: "resumeToken", value: resumeToken } }).entries(2);
    expect(resumed.map(({ method }) => method.split("/")[1])).toEqual(["DeleteUser", "DeleteUser"]);
    const all = await watchAudit(audit(protocol), { start: { case: "fromStart", value: true } }).entries(7);
    expect(all.map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n]);
    expect(all.slice(3)).toEqual([...entries, ...resumed]);
  });

  test("sends what passes the filter, and a token without entries when nothing is new", async () => {
    const { users, audit } = await roster.account();
    const watched = watchAudit(audit(protocol), { filter: 'action == "UPDATED"' });
    await watched.next();
    const { id } = await addUser(users());
    await users().updateUser({ user: { id, name: "Ada" } });
    expect(await watched.entries(1)).toMatchObject([{ userId: id, changedFields: ["name"] }]);
    const idle = await watched.next();
    expect(idle).toMatchObject({ entries: [], caughtUp: true });
    expect(idle.resumeToken).not.toBe("");
  });
});

test("a watch wakes for what another server has written", async () => {
  const peer = await startPeer(roster.server);
  const account = await roster.account();
  const there = servicesOf(peer.url, account.secret);
  const watched = watchAudit(account.audit(), {});
  await watched.next();
  const { id } = await addUser(there.users());
  expect(await watched.entries(1)).toMatchObject([{ resourceId: id }]);
  await peer.stop();
});

test("a token is good for its account alone, and expires with the entries", async () => {
  const [account, other] = [await roster.account(), await roster.account()];
  const { resumeToken } = await firstMessage(account.audit(), { start: { case: "fromNow", value: true } });
  const start = { case: "resumeToken", value: resumeToken } as const;
  await failure(firstMessage(other.audit(), { start }), Code.InvalidArgument, "RESUME_TOKEN_MISMATCH");
  const nonsense = { case: "resumeToken", value: "nonsense" } as const;
  await failure(firstMessage(other.audit(), { start: nonsense }), Code.InvalidArgument, "RESUME_TOKEN_INVALID");
  await addUser(account.users());
  await roster.server.store.prune({ changes: 0, answers: 0, audit: Number.MAX_SAFE_INTEGER });
  await failure(firstMessage(account.audit(), { start }), Code.FailedPrecondition, "RESUME_TOKEN_EXPIRED");
  const { entries } = await firstMessage(account.audit(), { start: { case: "fromStart", value: true } });
  expect(entries).toEqual([]);
});

test("a watch ends when its key is revoked", async () => {
  const account = await roster.account();
  const services = await withRole(roster, account, ApiKeyRole.ADMIN);
  const { apiKey } = await services.keys().whoAmI({});
  const watched = watchAudit(services.audit(), {});
  await watched.next();
  await account.keys().revokeApiKey({ id: apiKey?.id ?? "" });
  const drain = async () => {
    for (;;) await watched.next();
  };
  await failure(drain(), Code.Unauthenticated, "API_KEY_INVALID");
});
