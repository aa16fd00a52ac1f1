import { Code, ConnectError } from "@connectrpc/connect";
import { beforeAll, describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import type { User } from "../../../gen/roster/v1/user_pb.js";
import { MetadataUpdate } from "../../../gen/roster/v1/user_service_pb.js";
import { createKey, failure, lastingDetails } from "../../support/clients.ts";
import { brief, takeChanges, watch } from "../changes/watcher.ts";
import { addSession, addUser, getUser, present, type Services, type TestAccount, useRoster } from "../setup.ts";

const roster = useRoster();

const denied = (call: Promise<unknown>) => failure(call, Code.PermissionDenied, "PERMISSION_DENIED");

let account: TestAccount;
let ada: User;
let bob: User;
let self: Services;

beforeAll(async () => {
  account = await roster.account();
  await account.accounts().updateAccount({ account: { selfWritable: ["theme", "profile.city"] } });
});

async function begin(): Promise<void> {
  const id = roster.server.sources.newId("U");
  const metadata = { theme: "light", plan: "free", profile: { city: "Rome", level: 3 } };
  ada = await addUser(account.users(), { id, externalId: `x-${id}`, email: `${id}@example.com`, name: "Ada", metadata });
  bob = await addUser(account.users(), { name: "Bob" });
  self = roster.as(await createKey(roster.server.url, account.secret, ApiKeyRole.SELF, ada.id));
}

describe("a caller with the role SELF", () => {
  test("reads its own user by any of its keys, or by none", async () => {
    await begin();
    for (const key of [
      { case: undefined },
      { case: "id", value: ada.id },
      { case: "externalId", value: present(ada.externalId) },
      { case: "email", value: present(ada.email).toUpperCase() },
    ] as const) {
      expect((await self.users().getUser({ key })).user).toEqual(ada);
    }
    expect(await self.keys().whoAmI({})).toMatchObject({ role: ApiKeyRole.SELF, user: { id: ada.id } });
  });

  test("is told the same of another user and of nobody", async () => {
    await begin();
    const answers = new Set<string>();
    for (const key of [
      { case: "id", value: bob.id },
      { case: "id", value: "nobody" },
      { case: "externalId", value: "nobody" },
      { case: "email", value: "nobody@example.com" },
    ] as const) {
      const error = await self.users().getUser({ key }).catch(ConnectError.from);
      answers.add(error instanceof ConnectError ? JSON.stringify([error.message, lastingDetails(error)]) : "answered");
    }
    for (const id of [bob.id, "nobody"]) {
      await denied(self.users().updateUser({ user: { id, name: "Eve" } }));
      await denied(self.users().getUser({ accountId: "default", key: { case: "id", value: id } }));
      await denied(self.sessions().listUserSessions({ userId: id }));
      await denied(self.sessions().endUserSessions({ userId: id }));
    }
    expect([...answers]).toEqual([expect.stringContaining("permission_denied")]);
    expect(await getUser(account.users(), bob.id)).toEqual(bob);
  });

  test("changes its name, display name and about, and nothing that others decide", async () => {
    await begin();
    const { user } = await self
      .users()
      .updateUser({ user: { name: "Ada L", displayName: "Countess", about: "wrote notes" } });
    expect(user).toMatchObject({ id: ada.id, name: "Ada L", displayName: "Countess", about: "wrote notes", version: 2n });
    for (const change of [
      { email: "other@example.com" },
      { externalId: "other" },
      { project: "other" },
      { status: 3 },
      { superAdmin: true },
    ]) {
      await denied(self.users().updateUser({ user: { name: "Not so", ...change } }));
    }
    await denied(self.users().updateUser({ user: {}, updateMask: { paths: ["email"] } }));
    await denied(self.users().updateUser({ user: {}, updateMask: { paths: ["*"] } }));
    expect(await getUser(account.users(), ada.id)).toEqual(user);
  });

  test("changes what of its metadata the account opens, by whatever rule", async () => {
    await begin();
    const update = (metadata: Record<string, never> | object, metadataUpdate: MetadataUpdate) =>
      self.users().updateUser({ user: { metadata: metadata as Record<string, never> }, metadataUpdate });
    const { MERGE, MERGE_TOP_LEVEL, REPLACE } = MetadataUpdate;
    expect((await update({ theme: "dark" }, MERGE)).user?.metadata).toMatchObject({ theme: "dark", plan: "free" });
    expect((await update({ profile: { city: null } }, MERGE)).user?.metadata).toMatchObject({ profile: { level: 3 } });
    const whole = { theme: { any: ["thing"] }, plan: "free", profile: { city: "Paris", level: 3 } };
    expect((await update(whole, REPLACE)).user?.metadata).toEqual(whole);
    for (const [metadata, rule] of [
      [{ plan: "pro" }, MERGE],
      [{ plan: null }, MERGE],
      [{ added: 1 }, MERGE],
      [{ profile: { level: 4 } }, MERGE],
      [{ profile: { city: "Rome" } }, MERGE_TOP_LEVEL],
      [{ profile: "gone" }, MERGE],
      [{ theme: "dark" }, REPLACE],
      [{}, REPLACE],
    ] as const) {
      await denied(update(metadata, rule));
    }
    expect((await getUser(account.users(), ada.id)).metadata).toEqual(whole);
  });

  test("lists and ends its own sessions, and learns nothing of those of others", async () => {
    await begin();
    const [mine, more] = [
      await addSession(account.sessions(), { userId: ada.id }),
      await addSession(account.sessions(), { userId: ada.id }),
    ];
    const theirs = await addSession(account.sessions(), { userId: bob.id });
    const sessions = self.sessions();
    expect((await sessions.listUserSessions({})).sessions.map(({ id }) => id)).toEqual([more.id, mine.id]);
    expect((await sessions.getSession({ id: mine.id })).session).toEqual(mine);
    expect((await sessions.endSession({ id: mine.id })).session?.endTime).toBeDefined();
    expect((await sessions.endUserSessions({})).endedCount).toBe(1n);
    const answers = new Set<string>();
    for (const id of [theirs.id, "nobody"]) {
      for (const call of [
        sessions.getSession({ id }),
        sessions.endSession({ id }),
        sessions.endSession({ id, etag: "x" }),
      ]) {
        const error = await call.then(() => undefined, ConnectError.from);
        answers.add(JSON.stringify(error && [error.message, lastingDetails(error)]));
      }
    }
    expect([...answers]).toEqual([expect.stringContaining("permission_denied")]);
    expect((await account.sessions().getSession({ id: theirs.id })).session).toEqual(theirs);
  });

  test("gets the changes of its own user, and not even the ids of others", async () => {
    await begin();
    const { changeToken } = await self.users().listUserChanges({});
    const watcher = watch(self.users(), {});
    await watcher.next();
    await account.users().updateUser({ user: { id: bob.id, about: "changed" } });
    await account.users().deleteUser({ id: bob.id });
    await account.users().purgeUser({ id: bob.id });
    await account.users().updateUser({ user: { id: ada.id, about: "changed" } });
    expect((await watcher.changes(1)).flat().map(brief)).toEqual([`UPDATED ${ada.id} 2`]);
    watcher.hangUp();
    expect((await self.users().listUserChanges({ changeToken })).changes.map(brief)).toEqual([`UPDATED ${ada.id} 2`]);
    const filtered = await self.users().listUserChanges({ changeToken, filter: 'about == "nothing"' });
    expect(filtered.changes).toEqual([]);
    await denied(takeChanges(self.users(), { start: { case: "withInitialState", value: true } }, 1));
  });
});

test("a request id is answered only to the caller who got the first answer", async () => {
  await begin();
  const other = roster.as(await createKey(roster.server.url, account.secret, ApiKeyRole.WRITER));
  const request = { user: { id: ada.id, about: "once" }, requestId: "only-mine" };
  const first = await account.users().updateUser(request);
  expect(await account.users().updateUser(request)).toEqual(first);
  await failure(other.users().updateUser(request), Code.InvalidArgument, "REQUEST_ID_REUSED");
  await failure(self.users().updateUser(request), Code.InvalidArgument, "REQUEST_ID_REUSED");
});
