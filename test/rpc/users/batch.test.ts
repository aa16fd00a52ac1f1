import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { UserStatus } from "../../../gen/roster/v1/user_pb.js";
import { MetadataUpdate } from "../../../gen/roster/v1/user_service_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addSession, addUser, getUser, type TestAccount, useRoster } from "../setup.ts";
import { blamed, reasonsOf } from "./row-status.ts";

const roster = useRoster();

const byId = (value: string, etag = "") => ({ key: { key: { case: "id" as const, value } }, etag });
const byEmail = (value: string, etag = "") => ({ key: { key: { case: "email" as const, value } }, etag });
const byExternalId = (value: string) => ({ key: { key: { case: "externalId" as const, value } } });

/** Three users, a, b and c, with keys of each kind. */
async function three(): Promise<TestAccount> {
  const account = await roster.account();
  for (const id of ["a", "b", "c"]) {
    await addUser(account.users(), { id, email: `${id}@example.org`, externalId: `x-${id}`, metadata: { id, old: true } });
  }
  return account;
}

/** What is left of the three, by id. */
async function statesOf({ users }: TestAccount) {
  const { users: listed } = await users().listUsers({ showDeleted: true, orderBy: "id" });
  return listed
    .filter(({ id }) => id.length === 1)
    .map(({ id, status, deleteTime }) => `${id} ${deleteTime === undefined ? UserStatus[status] : "DELETED"}`);
}

describe.each(PROTOCOL_NAMES)("BatchUpdateUsers, %s", (protocol) => {
  test("lands the good rows, each by its own mask and rule, and gives the bad ones back by index with all details", async () => {
    const { users } = await three();
    const { etag } = await getUser(users(), "a");
    const { revision } = await users().listUsers({});
    const answer = await users(protocol).batchUpdateUsers({
      updates: [
        { user: { id: "a", etag, about: "new", name: "Ada" }, updateMask: { paths: ["name", "email"] } },
        { user: { id: "b", name: "1" } },
        { ...byEmail("B@example.org"), user: { metadata: { new: 1 } }, metadataUpdate: MetadataUpdate.MERGE },
        { user: { id: "c", metadata: { new: 1 } } },
        { user: { id: "nobody" } },
        { user: { id: "c", email: "b@example.org" } },
        { user: { id: "c", project: "-" } },
        {},
        { user: { id: "c", etag: "old" } },
        { ...byExternalId("x-c"), user: {} },
      ],
    });
    expect(answer.users.map(({ index, userId, changed }) => [index, userId, changed])).toEqual([
      [0, "a", true],
      [2, "b", true],
      [3, "c", true],
      [9, "c", false],
    ]);
    expect(reasonsOf(answer.failures)).toEqual([
      [1, "FIELD_INVALID"],
      [4, "USER_NOT_FOUND"],
      [5, "EMAIL_TAKEN"],
      [6, "FIELD_INVALID"],
      [7, "FIELD_INVALID"],
      [8, "ETAG_MISMATCH"],
    ]);
    expect(answer.failures.map(({ status }) => blamed(status))).toEqual([
      ["user.name"],
      [],
      [],
      ["user.project"],
      ["user"],
      [],
    ]);
    expect([answer.changed, answer.revision]).toEqual([3, revision + 1n]);
    const [first, second, third] = await Promise.all(["a", "b", "c"].map((id) => getUser(users(), id)));
    expect(first).toMatchObject({ about: "", name: "Ada", version: 2n });
    expect(first?.email).toBeUndefined();
    expect(second?.metadata).toEqual({ id: "b", old: true, new: 1 });
    expect(third?.metadata).toEqual({ new: 1 });
    expect(answer.users.map(({ etag }) => etag)).toEqual([first, second, third, third].map((user) => user?.etag));
  });

  test("with atomic, fails as the first bad row does, names it, and changes nothing", async () => {
    const { users } = await three();
    const before = await users().listUsers({});
    const good = { user: { id: "a", about: "new" } };
    const update = (...updates: object[]) => users(protocol).batchUpdateUsers({ updates, atomic: true });
    const invalid = await failure(update(good, { user: { id: "b", name: "1" } }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(invalid)).toEqual(["updates[1].user.name"]);
    const mails = update(good, good, { user: { id: "b", email: "none" } });
    expect(fieldsOf(await failure(mails, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["updates[2].user.email"]);
    const stale = await failure(update(good, { user: { id: "a", etag: "old" } }), Code.Aborted, "ETAG_MISMATCH");
    expect(stale.rawMessage).toMatch(/^row 1: /);
    expect(stale.findDetails(ErrorInfoSchema)[0]?.metadata).toMatchObject({ index: "1", etag: expect.any(String) });
    await failure(update(good, { user: { id: "nobody" } }), Code.NotFound, "USER_NOT_FOUND");
    expect(await users().listUsers({})).toEqual(before);
    expect(await update(good, { user: { id: "b", about: "new" } })).toMatchObject({ changed: 2, failures: [] });
  });
});

describe("BatchUpdateUsers", () => {
  test("takes rows in order, as calls one after the other: a user may come twice, and keys change hands", async () => {
    const { users } = await three();
    const { failures } = await users().batchUpdateUsers({
      updates: [
        { user: { id: "a", email: "new@example.org" } },
        { user: { id: "b", email: "a@example.org" } },
        { ...byEmail("new@example.org"), user: { about: "1" } },
        { user: { id: "a", metadata: { more: 1 } }, metadataUpdate: MetadataUpdate.MERGE },
        { ...byEmail("b@example.org"), user: { about: "nobody's any more" } },
      ],
    });
    expect(reasonsOf(failures)).toEqual([[4, "USER_NOT_FOUND"]]);
    const expected = { email: "new@example.org", about: "1", metadata: { id: "a", old: true, more: 1 }, version: 4n };
    expect(await getUser(users(), "a")).toMatchObject(expected);
    expect((await getUser(users(), "b")).email).toBe("a@example.org");
  });

  test("tells every change of a user to those who watch, in order and as one transaction", async () => {
    const { users } = await three();
    const { changeToken } = await users().listUserChanges({});
    const updates = ["1", "2", "3"].map((about) => ({ user: { id: "a", about } }));
    const { revision } = await users().batchUpdateUsers({ updates });
    const { changes } = await users().listUserChanges({ changeToken });
    expect(changes.map((change) => [change.revision, change.version, change.user?.about])).toEqual([
      [revision, 2n, "1"],
      [revision, 3n, "2"],
      [revision, 4n, "3"],
    ]);
  });

  test("refuses an id that is not that of the user with the key", async () => {
    const { users } = await three();
    const answer = await users().batchUpdateUsers({
      updates: [
        { ...byEmail("a@example.org"), user: { id: "b", about: "no" } },
        { ...byEmail("a@example.org"), user: { id: "a", about: "yes" } },
      ],
    });
    expect(answer.failures.map(({ index, status }) => [index, blamed(status)])).toEqual([[0, ["user.id"]]]);
    expect((await getUser(users(), "a")).about).toBe("yes");
  });

  test("takes 1000 rows and refuses 1001; none at all is no change", async () => {
    const { users } = await roster.account();
    const ids = Array.from({ length: 1001 }, (_, place) => `row-${place}`);
    await users().importUsers({ users: ids.slice(1).map((id) => ({ id })) });
    const update = (count: number) =>
      users().batchUpdateUsers({ updates: ids.slice(-count).map((id) => ({ user: { id, about: id } })) });
    expect(await update(1000)).toMatchObject({ changed: 1000, failures: [] });
    expect((await getUser(users(), "row-500")).about).toBe("row-500");
    await failure(update(1001), Code.InvalidArgument, "FIELD_INVALID");
    const { revision } = await users().listUsers({});
    expect(await users().batchUpdateUsers({})).toMatchObject({ changed: 0, users: [], failures: [], revision });
  });

  test("names users of the account alone, whatever a row says", async () => {
    const { users } = await three();
    const other = await roster.account();
    const updates = [{ user: { id: "a", about: "1" } }, { user: { id: "a", accountId: other.id, about: "2" } }];
    await failure(users().batchUpdateUsers({ updates }), Code.PermissionDenied, "PERMISSION_DENIED");
    const called = roster.users().batchUpdateUsers({ accountId: other.id, updates: [{ user: { accountId: "default" } }] });
    expect(fieldsOf(await failure(called, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["updates[0].user.account_id"]);
    expect((await getUser(users(), "a")).version).toBe(1n);
  });
});

describe.each(PROTOCOL_NAMES)("the other batches, %s", (protocol) => {
  test("suspend, activate, delete and purge by any key, each row on its own", async () => {
    const account = await three();
    const users = account.users(protocol);
    await addSession(account.sessions(), { userId: "a" });
    const rows = [byEmail("A@example.org"), byExternalId("x-b"), byId("nobody"), byId("c", "old"), {}];
    const suspended = await users.batchSuspendUsers({ users: rows });
    const failed = [
      [2, "USER_NOT_FOUND"],
      [3, "ETAG_MISMATCH"],
      [4, "FIELD_INVALID"],
    ];
    expect([suspended.changed, reasonsOf(suspended.failures)]).toEqual([2, failed]);
    expect(await statesOf(account)).toEqual(["a SUSPENDED", "b SUSPENDED", "c ACTIVE"]);
    const { sessions } = await account.sessions().listUserSessions({ userId: "a" });
    expect(sessions.map(({ endTime }) => endTime !== undefined)).toEqual([true]);

    const again = await users.batchSuspendUsers({ users: [byId("a")] });
    expect([again.changed, again.users, again.revision]).toEqual([
      0,
      [suspended.users[0]].map((user) => ({ ...user, changed: false })),
      suspended.revision,
    ]);
    expect(await users.batchActivateUsers({ users: [byId("a"), byId("c")] })).toMatchObject({ changed: 1, failures: [] });
    expect(await statesOf(account)).toEqual(["a ACTIVE", "b SUSPENDED", "c ACTIVE"]);

    const deleted = await users.batchDeleteUsers({ users: [byExternalId("x-b"), byId("b"), byEmail("c@example.org")] });
    expect([deleted.changed, reasonsOf(deleted.failures)]).toEqual([2, [[1, "USER_NOT_FOUND"]]]);
    expect(await statesOf(account)).toEqual(["a ACTIVE", "b DELETED", "c DELETED"]);

    const purged = await users.batchPurgeUsers({ users: [byEmail("a@example.org"), byId("b"), byEmail("c@example.org")] });
    expect(reasonsOf(purged.failures)).toEqual([[2, "USER_NOT_FOUND"]]);
    expect(purged.receipts).toMatchObject([
      { userId: "a", sessionCount: 1n, changeCount: 3n },
      { userId: "b", sessionCount: 0n, changeCount: 3n },
    ]);
    expect(await statesOf(account)).toEqual(["c DELETED"]);
  });

  test("with atomic, do nothing at all if a row fails, not even to sessions", async () => {
    const account = await three();
    const users = account.users(protocol);
    await addSession(account.sessions(), { userId: "a" });
    const request = { users: [byId("a"), byId("b"), byId("nobody")], atomic: true };
    const before = [await statesOf(account), await account.sessions().listSessions({})];
    for (const call of [
      users.batchSuspendUsers(request),
      users.batchActivateUsers(request),
      users.batchDeleteUsers(request),
      users.batchPurgeUsers(request),
    ]) {
      const error = await failure(call, Code.NotFound, "USER_NOT_FOUND");
      expect(error.rawMessage).toBe("row 2: there is no such user");
    }
    const malformed = users.batchSuspendUsers({ users: [byId("a"), byId("ü")], atomic: true });
    expect(fieldsOf(await failure(malformed, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["users[1].key.id"]);
    expect([await statesOf(account), await account.sessions().listSessions({})]).toEqual(before);
  });
});

describe("the other batches", () => {
  test("may delete users that are not there, and twice", async () => {
    const account = await three();
    const rows = [byId("a"), byId("a"), byEmail("nobody@example.org")];
    const { users, changed, failures } = await account.users().batchDeleteUsers({ users: rows, allowMissing: true });
    expect([changed, failures]).toEqual([1, []]);
    expect(users.map(({ index, userId, changed }) => [index, userId, changed])).toEqual([
      [0, "a", true],
      [1, "", false],
      [2, "", false],
    ]);
  });

  test("purge more users than go at a time, with all that they have, and each once", async () => {
    const { users, sessions } = await roster.account();
    const ids = Array.from({ length: 120 }, (_, place) => `row-${place}`);
    await users().importUsers({ users: ids.map((id) => ({ id, externalId: `x-${id}` })) });
    for (const userId of ["row-3", "row-60", "row-60", "row-119"]) await addSession(sessions(), { userId });
    const rows = [...ids.slice(0, 70), "row-5", "row-69", ...ids.slice(70), "row-119"].map((id) => byId(id));
    const { receipts, failures } = await users().batchPurgeUsers({ users: [...rows, byExternalId("x-row-7")] });
    expect(reasonsOf(failures)).toEqual([70, 71, 122, 123].map((index) => [index, "USER_NOT_FOUND"]));
    expect(receipts.map(({ userId }) => userId)).toEqual(ids);
    const counted = receipts.filter(({ sessionCount }) => sessionCount > 0n);
    expect(counted.map(({ userId, sessionCount }) => [userId, sessionCount])).toEqual([
      ["row-3", 1n],
      ["row-60", 2n],
      ["row-119", 1n],
    ]);
    expect(new Set(receipts.map(({ auditPseudonym }) => auditPseudonym)).size).toBe(120);
    expect(await users().listUsers({ showDeleted: true, filter: 'id.startsWith("row-")' })).toMatchObject({ users: [] });
  });

  test("only look, with validate_only", async () => {
    const account = await three();
    const before = [await statesOf(account), (await account.users().listUsers({})).revision];
    const request = { users: [byId("a"), byId("b")], validateOnly: true };
    for (const { revision } of [
      await account.users().batchSuspendUsers(request),
      await account.users().batchDeleteUsers(request),
      await account.users().batchPurgeUsers(request),
    ]) {
      expect(revision).toBe(5n);
    }
    expect([await statesOf(account), (await account.users().listUsers({})).revision]).toEqual(before);
  });

  test("purge what earlier batches were answered about, their request ids included", async () => {
    const { users } = await three();
    await users().batchDeleteUsers({ users: [byEmail("a@example.org")], requestId: "delete" });
    const missing = await users().batchDeleteUsers({ users: [byEmail("a@example.org")], requestId: "missing" });
    expect(JSON.stringify(missing.failures[0]?.status?.details)).not.toContain("example.org");
    await users().batchPurgeUsers({ users: [byId("a")], requestId: "purge" });
    const again = await users().batchPurgeUsers({ users: [byId("a")], requestId: "purge" });
    expect(again.receipts.map(({ userId }) => userId)).toEqual(["a"]);
    expect((await addUser(users(), { id: "a" })).version).toBe(1n);
  });
});

describe("super admins in a batch", () => {
  test("are changed by super admins only, each row on its own", async () => {
    const { users, id: accountId } = await three();
    await addUser(roster.users(), { id: "boss", superAdmin: true, email: "boss@example.org" }, accountId);
    const rows = { users: [byId("a"), byEmail("boss@example.org")] };
    for (const { failures } of [
      await users().batchUpdateUsers({
        updates: [{ user: { id: "b", superAdmin: true } }, { user: { id: "boss", email: "b@example.org" } }],
      }),
      await users().batchSuspendUsers({ users: [byId("boss"), byId("boss")] }),
      await users().batchActivateUsers({ users: [byId("boss"), byId("boss")] }),
      await users().batchDeleteUsers({ users: [byId("boss"), byId("boss")] }),
      await users().batchPurgeUsers({ users: [byId("boss"), byId("boss")] }),
    ]) {
      expect(reasonsOf(failures)).toEqual([
        [0, "PERMISSION_DENIED"],
        [1, "PERMISSION_DENIED"],
      ]);
    }
    await failure(users().batchDeleteUsers({ ...rows, atomic: true }), Code.PermissionDenied, "PERMISSION_DENIED");
    expect(await getUser(users(), "boss")).toMatchObject({ version: 1n, status: UserStatus.ACTIVE });
  });
});
