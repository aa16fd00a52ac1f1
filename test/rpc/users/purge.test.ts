import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { createKey, failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, all, getUser, useRoster } from "../setup.ts";

const roster = useRoster();

describe.each(PROTOCOL_NAMES)("PurgeUser, %s", (protocol) => {
  test("erases a user, live or deleted, and gives a receipt", async () => {
    const { id: accountId, users, secret } = await roster.account();
    const callers = users(protocol);
    for (const deleted of [false, true]) {
      const { id } = await addUser(users(), { about: "first" });
      await users().updateUser({ user: { id, about: "second" }, requestId: `remembered-${deleted}` });
      await createKey(roster.server.url, secret, ApiKeyRole.READER, id);
      await createKey(roster.server.url, secret, ApiKeyRole.WRITER, id);
      if (deleted) await users().deleteUser({ id });
      const { revision: before } = await users().listUsers({});
      const { receipt, revision } = await callers.purgeUser({ id });
      expect(receipt).toMatchObject({ userId: id, purgeTime: expect.anything(), apiKeyCount: 2n, responseCount: 1n });
      expect(receipt?.changeCount).toBe(deleted ? 3n : 2n);
      expect(revision).toBe(before + 1n);
      const key = { case: "id", value: id } as const;
      await failure(callers.getUser({ accountId, key, showDeleted: true }), Code.NotFound, "USER_NOT_FOUND");
      await failure(callers.purgeUser({ id }), Code.NotFound, "USER_NOT_FOUND");
    }
    expect((await callers.listUsers({ showDeleted: true })).users).toHaveLength(1);
  });
});

describe("PurgeUser", () => {
  test("leaves an id that can be used again, and shows nothing of the past", async () => {
    const { users, secret } = await roster.account();
    const first = await addUser(users(), { id: "phoenix", about: "past", email: "past@b.org", metadata: { past: true } });
    await users().updateUser({ user: { id: "phoenix", about: "past still" } });
    const key = await createKey(roster.server.url, secret, ApiKeyRole.READER, "phoenix");
    await users().purgeUser({ id: "phoenix" });
    const second = await addUser(users(), { id: "phoenix" });
    expect(second).toMatchObject({ about: "", metadata: {}, version: 1n });
    expect(second.email).toBeUndefined();
    expect(second.createTime).not.toEqual(first.createTime);
    expect(second.etag).not.toBe(first.etag);
    await failure(roster.as(key).keys().whoAmI({}), Code.Unauthenticated, "API_KEY_INVALID");
    await failure(users().updateUser({ user: { id: "phoenix", etag: first.etag } }), Code.Aborted, "ETAG_MISMATCH");
    const exported = JSON.stringify(
      (await all(users().listUsersChunked({}))).map((chunk) => chunk.users.map((u) => u.about)),
    );
    expect(exported).not.toContain("past");
  });

  test("frees the e-mail and the external id", async () => {
    const users = roster.users();
    const keys = { email: "purged@example.org", externalId: "purged" };
    const { id } = await addUser(users, keys);
    await users.purgeUser({ id });
    expect((await users.createUser({ user: keys })).created).toBe(true);
  });

  test("erases only if the etag is the current one", async () => {
    const users = roster.users();
    const { id, etag } = await addUser(users);
    await failure(users.purgeUser({ id, etag: "other" }), Code.Aborted, "ETAG_MISMATCH");
    expect((await getUser(users, id)).id).toBe(id);
    expect((await users.purgeUser({ id, etag })).receipt?.userId).toBe(id);
  });

  test("takes nothing from another account's user of the same id", async () => {
    const [a, b] = [await roster.account(), await roster.account()];
    for (const { users } of [a, b]) {
      await addUser(users(), { id: "twin", about: "here" });
    }
    await a.users().purgeUser({ id: "twin" });
    expect((await getUser(b.users(), "twin")).about).toBe("here");
  });

  test("ends a key that purged its own user", async () => {
    const { users, secret } = await roster.account();
    const { id } = await addUser(users());
    const own = roster.as(await createKey(roster.server.url, secret, ApiKeyRole.WRITER, id));
    expect((await own.users().purgeUser({ id })).receipt?.apiKeyCount).toBe(1n);
    await failure(own.users().listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
  });
});
