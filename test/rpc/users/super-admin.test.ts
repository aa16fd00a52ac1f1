import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { UserStatus } from "../../../gen/roster/v1/user_pb.js";
import { ImportMode } from "../../../gen/roster/v1/user_service_pb.js";
import { failure } from "../../support/clients.ts";
import { addUser, getUser, present, type Users, useRoster } from "../setup.ts";

const roster = useRoster();

describe("super_admin", () => {
  test("is set by super admins only: nobody makes one of themselves or of others", async () => {
    const { users, ownerId } = await roster.account();
    const other = await addUser(users());
    const attempts: Promise<unknown>[] = [ownerId, other.id].flatMap((id) => [
      users().updateUser({ user: { id, superAdmin: true } }),
      users().updateUser({ user: { id, superAdmin: true }, updateMask: { paths: ["super_admin"] } }),
      users().updateUser({ user: { id, superAdmin: true }, updateMask: { paths: ["*"] } }),
      users().upsertUser({ user: { id, superAdmin: true } }),
      users().upsertUser({ user: { id, superAdmin: true }, validateOnly: true }),
    ]);
    attempts.push(
      users().createUser({ user: { superAdmin: true } }),
      users().upsertUser({ user: { id: "x", superAdmin: true } }),
    );
    await Promise.all(attempts.map((attempt) => failure(attempt, Code.PermissionDenied, "PERMISSION_DENIED")));
    expect((await users().listUsers({})).users.map(({ superAdmin, version }) => [superAdmin, version])).toEqual([
      [false, 1n],
      [false, 1n],
    ]);
  });

  test("fails the row of an import that sets it, and only that", async () => {
    const { users, ownerId } = await roster.account();
    for (const mode of [ImportMode.CREATE_ONLY, ImportMode.UPSERT]) {
      const id = mode === ImportMode.UPSERT ? ownerId : "fresh";
      const { failures, created } = await users().importUsers({ users: [{ id, superAdmin: true }, {}], mode });
      const reasons = failures.map(({ status }) => anyUnpack(present(status?.details[0]), ErrorInfoSchema)?.reason);
      expect([created, reasons]).toEqual([1, ["PERMISSION_DENIED"]]);
    }
    expect((await getUser(users(), ownerId)).superAdmin).toBe(false);
  });

  test("may be sent by anyone as it is", async () => {
    const { users, ownerId } = await roster.account();
    expect((await users().updateUser({ user: { id: ownerId, superAdmin: false } })).user?.version).toBe(1n);
    expect((await users().createUser({ user: { superAdmin: false } })).created).toBe(true);
  });

  test("is taken away by super admins only", async () => {
    const { id: accountId, users } = await roster.account();
    const { id } = await addUser(roster.users(), { superAdmin: true }, accountId);
    const demote = { user: { id, superAdmin: false } };
    await failure(users().updateUser(demote), Code.PermissionDenied, "PERMISSION_DENIED");
    expect((await roster.users().upsertUser({ accountId, user: { id, about: "kept" } })).user?.superAdmin).toBe(true);
    expect((await roster.users().updateUser({ accountId, ...demote })).user?.superAdmin).toBe(false);
  });

  test("lets a user act on every account at once, and no longer once it is gone", async () => {
    const { id: accountId } = await roster.account();
    const { id: userId } = await addUser(roster.users());
    const { secret } = await roster.keys().createApiKey({ apiKey: { displayName: "Rising", role: 1, userId } });
    const look = () => roster.as(secret).users().listUsers({ accountId });
    await failure(look(), Code.PermissionDenied, "PERMISSION_DENIED");
    await roster.users().updateUser({ user: { id: userId, superAdmin: true } });
    expect((await look()).users).toHaveLength(1);
    await roster.users().updateUser({ user: { id: userId, superAdmin: false } });
    await failure(look(), Code.PermissionDenied, "PERMISSION_DENIED");
  });
});

describe("a super admin", () => {
  const changes: Array<[string, (users: Users, id: string) => Promise<unknown>]> = [
    ["another e-mail address", (users, id) => users.updateUser({ user: { id, email: "taken-over@example.com" } })],
    ["what it has already", (users, id) => users.updateUser({ user: { id } })],
    ["a replacement", (users, id) => users.upsertUser({ user: { id, email: "taken-over@example.com" } })],
    ["a replacement by external id", (users) => users.upsertUser({ user: { externalId: "the-boss" } })],
    ["suspension", (users, id) => users.suspendUser({ id })],
    ["activation", (users, id) => users.activateUser({ id })],
    ["deletion", (users, id) => users.deleteUser({ id })],
    ["deletion, missing or not", (users, id) => users.deleteUser({ id, allowMissing: true })],
    ["erasure", (users, id) => users.purgeUser({ id })],
  ];

  test.each(changes)("gets %s from super admins only", async (_, change) => {
    const { id: accountId, users } = await roster.account();
    const boss = await addUser(roster.users(), { superAdmin: true, externalId: "the-boss" }, accountId);
    await failure(change(users(), boss.id), Code.PermissionDenied, "PERMISSION_DENIED");
    expect(await getUser(users(), boss.id)).toEqual(boss);
    await roster.users().deleteUser({ accountId, id: boss.id });
    await failure(users().undeleteUser({ id: boss.id }), Code.PermissionDenied, "PERMISSION_DENIED");
    await failure(users().purgeUser({ id: boss.id }), Code.PermissionDenied, "PERMISSION_DENIED");
    expect((await roster.users().undeleteUser({ accountId, id: boss.id })).user?.superAdmin).toBe(true);
  });

  test("is left alone by imports of others", async () => {
    const { id: accountId, users } = await roster.account();
    const boss = await addUser(roster.users(), { superAdmin: true, externalId: "the-boss" }, accountId);
    const rows = [
      { id: boss.id, email: "a@example.com" },
      { externalId: "the-boss", email: "b@example.com" },
    ];
    const { failures, updated } = await users().importUsers({ users: rows, mode: ImportMode.UPSERT });
    const reasons = failures.map(({ status }) => anyUnpack(present(status?.details[0]), ErrorInfoSchema)?.reason);
    expect([updated, reasons]).toEqual([0, ["PERMISSION_DENIED", "PERMISSION_DENIED"]]);
    expect(await getUser(users(), boss.id)).toEqual(boss);
  });
});

describe("the last active super admin", () => {
  const removals: Array<[string, (users: Users, id: string) => Promise<unknown>]> = [
    ["demoted", (users, id) => users.updateUser({ user: { id, superAdmin: false } })],
    ["demoted by upsert", (users, id) => users.upsertUser({ user: { id, superAdmin: false } })],
    ["suspended", (users, id) => users.suspendUser({ id })],
    ["suspended by patch", (users, id) => users.updateUser({ user: { id, status: UserStatus.SUSPENDED } })],
    ["deleted", (users, id) => users.deleteUser({ id })],
    ["purged", (users, id) => users.purgeUser({ id })],
  ];

  test.each(removals)("can't be %s", async (_, remove) => {
    const users = roster.users();
    const last = roster.server.admin.user.id;
    for (const { accountId, id, superAdmin } of (await users.listUsers({ accountId: "-", pageSize: 1000 })).users) {
      if (superAdmin && id !== last) await users.updateUser({ accountId, user: { id, superAdmin: false } });
    }
    const before = await getUser(users, last);
    await failure(remove(users, last), Code.FailedPrecondition, "LAST_SUPER_ADMIN");
    expect(await getUser(users, last)).toEqual(before);
    expect((await users.updateUser({ user: { id: last, about: `still here, ${before.version}` } })).user?.superAdmin).toBe(
      true,
    );
  });

  test.each(removals)("can be %s once there is another, in whatever account", async (_, remove) => {
    const { id: accountId } = await roster.account();
    const spare = await addUser(roster.users(), { superAdmin: true });
    const other = await addUser(roster.users(), { superAdmin: true }, accountId);
    expect(await remove(roster.users(), spare.id)).toBeDefined();
    await roster.users().purgeUser({ accountId, id: other.id });
  });

  test("remains when two remove each other at once", async () => {
    const users = roster.users();
    const first = roster.server.admin.user.id;
    const second = await addUser(users, { superAdmin: true });
    const { secret } = await roster.keys().createApiKey({ apiKey: { displayName: "Second", role: 3, userId: second.id } });
    const outcomes = await Promise.allSettled([
      users.updateUser({ user: { id: second.id, superAdmin: false } }),
      roster
        .as(secret)
        .users()
        .updateUser({ user: { id: first, superAdmin: false } }),
    ]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const admins = [await getUser(roster.as(secret).users(), first), await getUser(users, second.id)];
    expect(admins.filter(({ superAdmin }) => superAdmin)).toHaveLength(1);
  });
});
