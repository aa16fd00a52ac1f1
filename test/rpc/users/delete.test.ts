import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ResourceInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { createKey, failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, all, getUser, useRoster } from "../setup.ts";

const roster = useRoster();

describe.each(PROTOCOL_NAMES)("DeleteUser and UndeleteUser, %s", (protocol) => {
  test("take a user out of reads and bring it back as it was", async () => {
    const { users } = await roster.account();
    const before = await addUser(users(), { email: "a@b.org", externalId: "ext", metadata: { a: 1 } });
    const gone = await users(protocol).deleteUser({ id: before.id });
    expect(gone.user).toMatchObject({ id: before.id, version: 2n, deleteTime: expect.anything() });
    for (const key of [
      { case: "id", value: before.id },
      { case: "externalId", value: "ext" },
      { case: "email", value: "a@b.org" },
    ] as const) {
      await failure(users(protocol).getUser({ key }), Code.NotFound, "USER_NOT_FOUND");
    }
    expect((await users(protocol).listUsers({})).users.map(({ id }) => id)).not.toContain(before.id);
    const back = await users(protocol).undeleteUser({ id: before.id });
    expect(back.revision).toBe(gone.revision + 1n);
    const { version, updateTime, etag } = await getUser(users(), before.id);
    expect(back.user).toEqual({ ...before, version, updateTime, etag });
    expect(version).toBe(3n);
  });
});

describe("DeleteUser", () => {
  test("leaves a user that show_deleted finds, by its id alone", async () => {
    const users = roster.users();
    const { id } = await addUser(users, { email: "deleted@example.org" });
    const { user } = await users.deleteUser({ id });
    const key = { case: "id", value: id } as const;
    expect((await users.getUser({ key, showDeleted: true })).user).toEqual(user);
    expect((await users.listUsers({ showDeleted: true })).users).toContainEqual(user);
    const byEmail = users.getUser({ key: { case: "email", value: "deleted@example.org" }, showDeleted: true });
    await failure(byEmail, Code.NotFound, "USER_NOT_FOUND");
  });

  test("is NOT_FOUND the second time, with the user's name", async () => {
    const users = roster.users();
    const { id } = await addUser(users);
    await users.deleteUser({ id });
    const error = await failure(users.deleteUser({ id }), Code.NotFound, "USER_NOT_FOUND");
    expect(error.findDetails(ResourceInfoSchema)).toMatchObject([{ resourceType: "roster.v1.User", resourceName: id }]);
  });

  test("does nothing with allow_missing when there is no such live user", async () => {
    const users = roster.users();
    const { id } = await addUser(users);
    expect((await users.deleteUser({ id, allowMissing: true })).user?.id).toBe(id);
    const { revision } = await users.listUsers({ pageSize: 1 });
    for (const missing of [id, "unknown"]) {
      const answer = await users.deleteUser({ id: missing, allowMissing: true });
      expect([answer.user, answer.revision]).toEqual([undefined, revision]);
    }
  });

  test("deletes only if the etag is the current one", async () => {
    const users = roster.users();
    const { id, etag } = await addUser(users);
    await failure(users.deleteUser({ id, etag: "other" }), Code.Aborted, "ETAG_MISMATCH");
    expect((await getUser(users, id)).version).toBe(1n);
    expect((await users.deleteUser({ id, etag })).user?.id).toBe(id);
  });

  test("revokes the user's keys at once and for good", async () => {
    const { users, secret } = await roster.account();
    const { id } = await addUser(users());
    const key = await createKey(roster.server.url, secret, ApiKeyRole.READER, id);
    const { keys } = roster.as(key);
    expect((await keys().whoAmI({})).user?.id).toBe(id);
    await users().deleteUser({ id });
    await failure(keys().whoAmI({}), Code.Unauthenticated, "API_KEY_INVALID");
    await users().undeleteUser({ id });
    await failure(keys().whoAmI({}), Code.Unauthenticated, "API_KEY_INVALID");
    const { apiKeys } = await roster.as(secret).keys().listApiKeys({});
    expect(apiKeys.filter(({ userId }) => userId === id).map(({ revokeTime }) => revokeTime !== undefined)).toEqual([true]);
    const fresh = await createKey(roster.server.url, secret, ApiKeyRole.READER, id);
    expect((await roster.as(fresh).keys().whoAmI({})).user?.id).toBe(id);
  });
});

describe("UndeleteUser", () => {
  test("is refused while the e-mail or the external id belongs to another", async () => {
    const users = roster.users();
    for (const [keys, reason] of [
      [{ email: "again@example.org" }, "EMAIL_TAKEN"],
      [{ externalId: "again" }, "EXTERNAL_ID_TAKEN"],
    ] as const) {
      const { id } = await addUser(users, keys);
      await users.deleteUser({ id });
      const heir = await addUser(users, keys);
      await failure(users.undeleteUser({ id }), Code.AlreadyExists, reason);
      await users.deleteUser({ id: heir.id });
      expect((await users.undeleteUser({ id })).user).toMatchObject(keys);
    }
  });

  test("is refused for a live user, an unknown one and another etag", async () => {
    const users = roster.users();
    const { id } = await addUser(users);
    await failure(users.undeleteUser({ id }), Code.FailedPrecondition, "USER_NOT_DELETED");
    await failure(users.undeleteUser({ id: "unknown" }), Code.NotFound, "USER_NOT_FOUND");
    const { user } = await users.deleteUser({ id });
    await failure(users.undeleteUser({ id, etag: "other" }), Code.Aborted, "ETAG_MISMATCH");
    expect((await users.undeleteUser({ id, etag: user?.etag ?? "" })).user?.version).toBe(3n);
  });
});

describe("a deleted user", () => {
  test("can't be changed", async () => {
    const users = roster.users();
    const { id } = await addUser(users);
    await users.deleteUser({ id });
    const calls = [users.updateUser({ user: { id } }), users.suspendUser({ id }), users.activateUser({ id })];
    await Promise.all(calls.map((call) => failure(call, Code.NotFound, "USER_NOT_FOUND")));
  });

  test("is exported only on request", async () => {
    const { users, ownerId } = await roster.account();
    const { id } = await addUser(users());
    await users().deleteUser({ id });
    const exported = async (showDeleted: boolean) =>
      (await all(users().listUsersChunked({ showDeleted }))).flatMap((chunk) => chunk.users.map((user) => user.id));
    expect(await exported(false)).toEqual([ownerId]);
    expect((await exported(true)).toSorted()).toEqual([ownerId, id].toSorted());
  });
});
