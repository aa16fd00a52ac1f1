import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { UserStatus } from "../../../gen/roster/v1/user_pb.js";
import { createKey, failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, getUser, useRoster } from "../setup.ts";

const roster = useRoster();

describe.each(PROTOCOL_NAMES)("ActivateUser and SuspendUser, %s", (protocol) => {
  test("set the status, and do nothing the second time", async () => {
    const users = roster.users(protocol);
    const { id } = await addUser(users, { status: UserStatus.INVITED });
    const active = await users.activateUser({ id });
    expect(active.user).toMatchObject({ status: UserStatus.ACTIVE, version: 2n });
    expect(await users.activateUser({ id })).toEqual(active);
    const suspended = await users.suspendUser({ id });
    expect(suspended.user).toMatchObject({ status: UserStatus.SUSPENDED, version: 3n });
    expect(await users.suspendUser({ id })).toEqual(suspended);
    expect(await getUser(users, id)).toEqual(suspended.user);
  });
});

describe("a status", () => {
  test("changes only if the etag is the current one", async () => {
    const users = roster.users();
    const { id, etag } = await addUser(users);
    await failure(users.suspendUser({ id, etag: "other" }), Code.Aborted, "ETAG_MISMATCH");
    await users.suspendUser({ id, etag });
    await failure(users.activateUser({ id, etag }), Code.Aborted, "ETAG_MISMATCH");
    expect((await getUser(users, id)).status).toBe(UserStatus.SUSPENDED);
  });

  test("is that of a user that exists", async () => {
    await failure(roster.users().suspendUser({ id: "unknown" }), Code.NotFound, "USER_NOT_FOUND");
    await failure(roster.users().activateUser({ id: "unknown" }), Code.NotFound, "USER_NOT_FOUND");
  });

  test("never goes back to INVITED", async () => {
    const users = roster.users();
    const { id } = await addUser(users);
    for (const change of [() => users.activateUser({ id }), () => users.suspendUser({ id })]) {
      const { user } = await change();
      const call = users.updateUser({ user: { id, status: UserStatus.INVITED } });
      expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["user.status"]);
      expect(await getUser(users, id)).toEqual(user);
    }
  });

  test("SUSPENDED stops the user's keys at once, until the user is active again", async () => {
    const { users, secret } = await roster.account();
    const { id } = await addUser(users());
    const { keys } = roster.as(await createKey(roster.server.url, secret, ApiKeyRole.WRITER, id));
    for (const suspend of [
      () => users().suspendUser({ id }),
      () => users().updateUser({ user: { id, status: UserStatus.SUSPENDED } }),
    ]) {
      await suspend();
      await failure(keys().whoAmI({}), Code.Unauthenticated, "API_KEY_INVALID");
      await users().activateUser({ id });
      expect((await keys().whoAmI({})).user?.status).toBe(UserStatus.ACTIVE);
    }
  });

  test("INVITED lets the user's keys work", async () => {
    const { users, secret } = await roster.account();
    const { id } = await addUser(users(), { status: UserStatus.INVITED });
    const { keys } = roster.as(await createKey(roster.server.url, secret, ApiKeyRole.READER, id));
    expect((await keys().whoAmI({})).user?.status).toBe(UserStatus.INVITED);
  });
});
