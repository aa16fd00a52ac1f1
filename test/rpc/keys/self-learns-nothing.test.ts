import { Code, ConnectError } from "@connectrpc/connect";
import { beforeAll, describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import type { User } from "../../../gen/roster/v1/user_pb.js";
import { createKey, failure, lastingDetails } from "../../support/clients.ts";
import { brief, watch } from "../changes/watcher.ts";
import { addSession, addUser, all, getUser, present, type Services, type TestAccount, useRoster } from "../setup.ts";

const roster = useRoster();

const denied = (call: Promise<unknown>) => failure(call, Code.PermissionDenied, "PERMISSION_DENIED");
const told = async (call: Promise<unknown>) => {
  const error = await call.then(() => expect.fail("the call succeeded"), ConnectError.from);
  return JSON.stringify([error.code, error.rawMessage, lastingDetails(error)]);
};

let account: TestAccount;
let ada: User;
let bob: User;
let self: Services;

beforeAll(async () => {
  account = await roster.account();
  ada = await addUser(account.users(), { email: "ada@example.com" });
  bob = await addUser(account.users(), { email: "bob@example.com", externalId: "bob" });
  self = roster.as(await createKey(roster.server.url, account.secret, ApiKeyRole.SELF, ada.id));
});

describe("a caller with the role SELF", () => {
  test("gets nothing of others by the tokens that others were given", async () => {
    for (const userId of [bob.id, bob.id, ada.id, ada.id]) await addSession(account.sessions(), { userId });
    const ofBob = await account.sessions().listUserSessions({ userId: bob.id, pageSize: 1 });
    const pageToken = ofBob.nextPageToken;
    await denied(self.sessions().listUserSessions({ userId: bob.id, pageToken }));
    await failure(self.sessions().listUserSessions({ pageToken }), Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");

    const { changeToken } = await account.users().listUserChanges({});
    await account.users().updateUser({ user: { id: bob.id, about: "changed" } });
    await account.users().updateUser({ user: { id: ada.id, about: "changed" } });
    const [last] = await all(account.users().listUsersChunked({}));
    const change = `UPDATED ${ada.id} 2`;
    expect((await self.users().listUserChanges({ changeToken })).changes.map(brief)).toEqual([change]);
    const watcher = watch(self.users(), { start: { case: "changeToken", value: changeToken } });
    expect((await watcher.until(change)).map(brief)).toEqual([change]);
    await denied(all(self.users().listUsersChunked({ resumeToken: present(last).resumeToken })));
  });

  test("can't ask about others by a filter", async () => {
    const { changeToken } = await account.users().listUserChanges({});
    await account.users().updateUser({ user: { id: bob.id, about: "changed again" } });
    for (const filter of [`id == "${bob.id}"`, 'about.contains("again")', 'email.startsWith("bob")', "true || has(email)"]) {
      const answer = await self.users().listUserChanges({ changeToken, filter }).catch(ConnectError.from);
      expect(answer).toEqual(answer instanceof ConnectError ? answer : expect.objectContaining({ changes: [] }));
    }
    const watcher = watch(self.users(), { start: { case: "changeToken", value: changeToken }, filter: 'about != "own"' });
    await account.users().updateUser({ user: { id: ada.id, about: "other" } });
    await account.users().updateUser({ user: { id: ada.id, about: "own" } });
    const { version } = await getUser(account.users(), ada.id);
    const changes = await watcher.until(`LEFT_FILTER ${ada.id} ${version}`);
    expect(changes.map(({ userId }) => userId)).toEqual([ada.id, ada.id]);
  });

  test("is not told whether an e-mail address or an external id is taken", async () => {
    for (const validateOnly of [false, true]) {
      const emails = await Promise.all(
        ["bob@example.com", "free@example.com"].map((email) =>
          told(self.users().updateUser({ user: { email }, validateOnly })),
        ),
      );
      const externalIds = await Promise.all(
        ["bob", "free"].map((externalId) => told(self.users().updateUser({ user: { externalId }, validateOnly }))),
      );
      expect(new Set([...emails, ...externalIds]).size).toBe(2);
    }
  });

  test("is told no etag but its own", async () => {
    const etagTold = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.metadata["etag"];
    const own = await failure(self.users().updateUser({ user: { etag: "old" } }), Code.Aborted, "ETAG_MISMATCH");
    expect(etagTold(own)).toBe((await getUser(account.users(), ada.id)).etag);
    expect(etagTold(await denied(self.users().updateUser({ user: { id: bob.id, etag: "old" } })))).toBeUndefined();
    const { id } = await addSession(account.sessions(), { userId: bob.id });
    expect(etagTold(await denied(self.sessions().endSession({ id, etag: "old" })))).toBeUndefined();
  });

  test("sees of its account what a page needs, and not what the account notes about itself", async () => {
    await account.accounts().updateAccount({ account: { metadata: { contract: "unpaid" }, selfWritable: ["theme"] } });
    expect((await account.keys().whoAmI({})).account?.metadata).toEqual({ contract: "unpaid" });
    const { account: seen } = await self.keys().whoAmI({});
    expect(seen).toMatchObject({ id: account.id, name: "Test account", selfWritable: ["theme"] });
    expect(seen?.metadata).toBeUndefined();
  });

  test("gets nonces that are good for nobody else", async () => {
    const { nonce } = await self.keys().issueNonce({});
    const headers = { "roster-client-nonce": nonce };
    const call = account.users().updateUser({ user: { id: bob.id, about: "by nonce" } }, { headers });
    await failure(call, Code.FailedPrecondition, "NONCE_INVALID");
  });

  test("changes nothing that its account has closed, however soon after", async () => {
    const open = (selfWritable: string[]) =>
      account.accounts().updateAccount({ account: { selfWritable }, updateMask: { paths: ["self_writable"] } });
    const write = (theme: number) => self.users().updateUser({ user: { metadata: { theme } } });
    const metadata = async () => (await getUser(account.users(), ada.id)).metadata;
    for (let round = 0; round < 10; round += 1) {
      await open(["theme"]);
      const calls = Promise.allSettled(Array.from({ length: 4 }, (_, n) => write(round * 10 + n)));
      await open([]);
      const before = await metadata();
      await denied(write(-1));
      const outcomes = await calls;
      expect(await metadata()).toEqual(before);
      for (const { reason } of outcomes.filter((outcome) => outcome.status === "rejected")) {
        expect(ConnectError.from(reason).code).toBe(Code.PermissionDenied);
      }
    }
  });
});

test("an ADMIN who is no super admin gets no key of a super admin, with the role SELF neither", async () => {
  const { id: userId } = await addUser(roster.users(), { superAdmin: true }, account.id);
  await denied(account.keys().createApiKey({ apiKey: { displayName: "Climb", role: ApiKeyRole.SELF, userId } }));
});

test("a super admin's key with the role SELF acts on its own user in its own account only", async () => {
  const { id: userId } = await addUser(roster.users(), { superAdmin: true }, account.id);
  const apiKey = { displayName: "Low", role: ApiKeyRole.SELF, userId };
  const low = roster.as((await roster.keys().createApiKey({ accountId: account.id, apiKey })).secret);
  expect((await low.users().updateUser({ user: { name: "Sue" } })).user?.name).toBe("Sue");
  await denied(low.users().updateUser({ user: { superAdmin: false } }));
  await denied(low.users().updateUser({ user: { id: bob.id, name: "Sue" } }));
  await denied(low.users().getUser({ accountId: "default", key: { case: "id", value: roster.server.admin.user.id } }));
});
