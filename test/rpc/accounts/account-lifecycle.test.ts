import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { AccountStatus } from "../../../gen/roster/v1/account_service_pb.js";
import { DEFAULT_ACCOUNT } from "../../../src/directory/accounts/account.ts";
import { failure } from "../../support/clients.ts";
import { addSession, addUser, present, type Users, useRoster } from "../setup.ts";

const roster = useRoster();

/** A super admin who lives in another account than `default`, and that account. */
async function distantSuperAdmin() {
  const account = await roster.account();
  const { id: userId } = await addUser(roster.users(), { superAdmin: true }, account.id);
  const apiKey = { displayName: "Distant", role: 3, userId };
  const { secret } = await roster.keys().createApiKey({ accountId: account.id, apiKey });
  return { accountId: account.id, userId, ...roster.as(secret) };
}

/** Leaves super admins in these accounts alone. */
async function demoteAllBut(users: Users, accountIds: string[]) {
  for (const { id, accountId, superAdmin } of (await users.listUsers({ accountId: "-", pageSize: 1000 })).users) {
    if (superAdmin && !accountIds.includes(accountId)) {
      await users.updateUser({ accountId, user: { id, superAdmin: false } });
    }
  }
}

describe("SuspendAccount and ActivateAccount", () => {
  test("bar an account's keys at once, and let them work again", async () => {
    const { id: accountId, users, ownerId } = await roster.account();
    const before = await users().listUsers({});
    const { account: barred } = await roster.accounts().suspendAccount({ accountId });
    expect(barred?.status).toBe(AccountStatus.SUSPENDED);
    await failure(users().listUsers({}), Code.PermissionDenied, "ACCOUNT_SUSPENDED");
    await failure(users().createUser({ user: {} }), Code.PermissionDenied, "ACCOUNT_SUSPENDED");
    expect((await roster.users().listUsers({ accountId })).users).toMatchObject([{ id: ownerId }]);
    const { account: active } = await roster.accounts().activateAccount({ accountId });
    expect(active?.status).toBe(AccountStatus.ACTIVE);
    expect(await users().listUsers({})).toEqual(before);
  });

  test("do nothing to an account that is so already, and heed the etag and the request id", async () => {
    const { id: accountId } = await roster.account();
    const accounts = roster.accounts();
    const { account } = await accounts.activateAccount({ accountId });
    const { etag } = present(account);
    await failure(accounts.suspendAccount({ accountId, etag: "old" }), Code.Aborted, "ETAG_MISMATCH");
    const first = await accounts.suspendAccount({ accountId, etag, requestId: "once" });
    expect(await accounts.suspendAccount({ accountId })).toEqual(first);
    await failure(accounts.activateAccount({ accountId, etag }), Code.Aborted, "ETAG_MISMATCH");
    await accounts.activateAccount({ accountId });
    expect(await accounts.suspendAccount({ accountId, etag, requestId: "once" })).toEqual(first);
    expect((await accounts.getAccount({ accountId })).account?.status).toBe(AccountStatus.ACTIVE);
  });

  test("leave users, sessions and keys as they are", async () => {
    const { id: accountId, users, sessions, ownerId: userId } = await roster.account();
    const session = await addSession(sessions(), { userId });
    await roster.accounts().suspendAccount({ accountId });
    await roster.accounts().activateAccount({ accountId });
    expect((await sessions().getSession({ id: session.id })).session).toEqual(session);
    expect((await users().listUsers({})).users).toMatchObject([{ id: userId, version: 1n }]);
  });

  test("take the rights of super admins who live there", async () => {
    const { accountId, users } = await distantSuperAdmin();
    expect((await users().listUsers({ accountId: "default" })).users).not.toEqual([]);
    await roster.accounts().suspendAccount({ accountId });
    await failure(users().listUsers({ accountId: "default" }), Code.PermissionDenied, "ACCOUNT_SUSPENDED");
    await failure(users().listUsers({ accountId: "nowhere" }), Code.PermissionDenied, "ACCOUNT_SUSPENDED");
  });
});

describe("the account `default`", () => {
  test("can be neither suspended nor deleted, named or not", async () => {
    for (const accountId of [DEFAULT_ACCOUNT, ""]) {
      await failure(roster.accounts().suspendAccount({ accountId }), Code.FailedPrecondition, "DEFAULT_ACCOUNT");
    }
    const deletion = roster.accounts().deleteAccount({ accountId: DEFAULT_ACCOUNT, force: true });
    await failure(deletion, Code.FailedPrecondition, "DEFAULT_ACCOUNT");
    expect((await roster.accounts().activateAccount({})).account?.id).toBe(DEFAULT_ACCOUNT);
  });
});

test("an account with the last active super admin can be neither suspended nor deleted", async () => {
  const { accountId, accounts, users } = await distantSuperAdmin();
  const first = roster.server.admin.user.id;
  await demoteAllBut(users(), [accountId]);
  const attempts = [
    () => accounts().suspendAccount({ accountId }),
    () => accounts().deleteAccount({ accountId, force: true }),
  ];
  for (const attempt of attempts) await failure(attempt(), Code.FailedPrecondition, "LAST_SUPER_ADMIN");
  expect((await users().listUsers({})).users).toHaveLength(2);
  await users().updateUser({ accountId: DEFAULT_ACCOUNT, user: { id: first, superAdmin: true } });
  await attempts[1]?.();
  await failure(users().listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
});

test("a super admin of a suspended account does not count as one who is left", async () => {
  const [one, two] = [await distantSuperAdmin(), await distantSuperAdmin()];
  await roster.accounts().suspendAccount({ accountId: one.accountId });
  const first = roster.server.admin.user.id;
  await demoteAllBut(two.users(), [one.accountId, two.accountId]);
  const last = two.users().updateUser({ user: { id: two.userId, superAdmin: false } });
  await failure(last, Code.FailedPrecondition, "LAST_SUPER_ADMIN");
  await two.users().updateUser({ accountId: DEFAULT_ACCOUNT, user: { id: first, superAdmin: true } });
});

test("of two accounts that hold the last super admins, one remains when both are suspended at once", async () => {
  const [one, two] = [await distantSuperAdmin(), await distantSuperAdmin()];
  const first = roster.server.admin.user.id;
  await demoteAllBut(two.users(), [one.accountId, two.accountId]);
  const outcomes = await Promise.allSettled([
    one.accounts().suspendAccount({ accountId: two.accountId }),
    two.accounts().suspendAccount({ accountId: one.accountId }),
  ]);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const left = outcomes[0]?.status === "fulfilled" ? one : two;
  await left.users().updateUser({ accountId: DEFAULT_ACCOUNT, user: { id: first, superAdmin: true } });
});

describe("DeleteAccount", () => {
  test("refuses an account with users, live or deleted, unless it is forced", async () => {
    const { id: accountId, ownerId } = await roster.account();
    const remove = (force: boolean) => roster.accounts().deleteAccount({ accountId, force });
    await failure(remove(false), Code.FailedPrecondition, "ACCOUNT_NOT_EMPTY");
    await roster.users().deleteUser({ accountId, id: ownerId });
    await failure(remove(false), Code.FailedPrecondition, "ACCOUNT_NOT_EMPTY");
    expect(await remove(true)).toBeDefined();
    await failure(roster.users().listUsers({ accountId }), Code.NotFound, "ACCOUNT_NOT_FOUND");
    await failure(remove(true), Code.NotFound, "ACCOUNT_NOT_FOUND");
  });

  test("ends the account's keys at once, and takes nothing of other accounts", async () => {
    const [gone, kept] = [await roster.account(), await roster.account()];
    for (const { users, sessions } of [gone, kept]) {
      const { id } = await addUser(users(), { id: "twin", email: "twin@example.org" });
      await addSession(sessions(), { id: "twin", userId: id });
      await users().listUsers({});
    }
    await roster.accounts().deleteAccount({ accountId: gone.id, force: true });
    await failure(gone.users().listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
    expect((await kept.users().listUsers({})).users).toHaveLength(2);
    expect((await kept.sessions().getSession({ id: "twin" })).session?.accountId).toBe(kept.id);
  });

  test("needs an account named, and the current etag when it is given one", async () => {
    await failure(roster.accounts().deleteAccount({}), Code.InvalidArgument, "FIELD_INVALID");
    const { id: accountId } = await roster.account();
    const stale = roster.accounts().deleteAccount({ accountId, etag: "old", force: true });
    await failure(stale, Code.Aborted, "ETAG_MISMATCH");
    const { account } = await roster.accounts().getAccount({ accountId });
    expect(await roster.accounts().deleteAccount({ accountId, etag: present(account).etag, force: true })).toBeDefined();
  });
});

describe("DeleteAccount with a request id", () => {
  test("returns the first answer when it is repeated, although the account is gone", async () => {
    const { id: accountId } = await roster.account();
    const remove = (requestId: string, force = true) => roster.accounts().deleteAccount({ accountId, force, requestId });
    const first = await remove("delete-1");
    expect(await remove("delete-1")).toEqual(first);
    await failure(remove("delete-2"), Code.NotFound, "ACCOUNT_NOT_FOUND");
    await failure(remove(""), Code.NotFound, "ACCOUNT_NOT_FOUND");
    await failure(remove("delete-1", false), Code.InvalidArgument, "REQUEST_ID_REUSED");
  });

  test("deletes no other account with the id, not even at the same time", async () => {
    const [one, two] = [await roster.account(), await roster.account()];
    const requestId = "delete-one-of-two";
    const remove = ({ id }: { id: string }) => roster.accounts().deleteAccount({ accountId: id, force: true, requestId });
    const outcomes = await Promise.allSettled([remove(one), remove(two)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const left = outcomes[0]?.status === "fulfilled" ? two : one;
    await failure(remove(left), Code.InvalidArgument, "REQUEST_ID_REUSED");
    expect((await left.users().listUsers({})).users).toHaveLength(1);
  });

  test("answers all of many repeats that come at once", async () => {
    const { id: accountId } = await roster.account();
    const remove = () => roster.accounts().deleteAccount({ accountId, force: true, requestId: "delete-many-times" });
    expect(await Promise.all(Array.from({ length: 8 }, remove))).toHaveLength(8);
  });

  test("remembers no failure", async () => {
    const { id: accountId } = await roster.account();
    const remove = (etag: string) =>
      roster.accounts().deleteAccount({ accountId, etag, force: true, requestId: "fails-first" });
    await failure(remove("old"), Code.Aborted, "ETAG_MISMATCH");
    expect(await remove("")).toBeDefined();
  });
});
