import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { failure } from "../../support/clients.ts";
import { addUser, type Keys, present, useRoster, withRole } from "../setup.ts";

const roster = useRoster();

const denied = (call: Promise<unknown>) => failure(call, Code.PermissionDenied, "PERMISSION_DENIED");

/** An account with a super admin in it, the id of that one's key, and an ADMIN who is no super admin. */
async function begin() {
  const account = await roster.account();
  const superAdmin = await addUser(roster.users(), { superAdmin: true }, account.id);
  const apiKey = { displayName: "Powerful", role: ApiKeyRole.READER, userId: superAdmin.id };
  const made = await roster.keys().createApiKey({ accountId: account.id, apiKey });
  return { ...account, superAdminId: superAdmin.id, keyId: present(made.apiKey).id, secret: made.secret };
}

describe("an ADMIN who is no super admin", () => {
  test("gets no key of a super admin: not a new one, and not a new secret", async () => {
    const { keys, superAdminId: userId, keyId: id } = await begin();
    for (const role of [ApiKeyRole.READER, ApiKeyRole.WRITER, ApiKeyRole.ADMIN]) {
      await denied(keys().createApiKey({ apiKey: { displayName: "Climb", role, userId } }));
    }
    await denied(keys().rotateApiKey({ id }));
    await denied(keys().rotateApiKey({ id, overlap: { seconds: 60n, nanos: 0 }, requestId: "r" }));
  });

  test("neither ends nor prolongs one", async () => {
    const { keys, keyId: id, secret } = await begin();
    await denied(keys().revokeApiKey({ id }));
    for (const path of ["display_name", "expire_time", "require_nonce"]) {
      await denied(keys().updateApiKey({ apiKey: { id, displayName: "Other" }, updateMask: { paths: [path] } }));
    }
    expect((await roster.as(secret).keys().whoAmI({})).apiKey).toMatchObject({ displayName: "Powerful" });
  });

  test("may manage the keys of one who is a super admin no longer, and of one who becomes one no longer", async () => {
    const { id: accountId, keys, superAdminId, keyId } = await begin();
    await roster.users().updateUser({ accountId, user: { id: superAdminId, superAdmin: false } });
    expect((await keys().rotateApiKey({ id: keyId })).secret).not.toBe("");
    await roster.users().updateUser({ accountId, user: { id: superAdminId, superAdmin: true } });
    await denied(keys().rotateApiKey({ id: keyId }));
  });

  test("can't use the answer that a super admin got: its request id shows no secret", async () => {
    const { id: accountId, keys, superAdminId: userId } = await begin();
    const request = { apiKey: { displayName: "Mine", role: ApiKeyRole.READER, userId }, requestId: "same" };
    const made = await roster.keys().createApiKey({ accountId, ...request });
    expect(made.secret).not.toBe("");
    const repeated = await keys()
      .createApiKey(request)
      .catch(() => undefined);
    expect(repeated?.secret ?? "").toBe("");
  });
});

test("a super admin manages the keys of super admins, in any account", async () => {
  const { id: accountId, keyId: id } = await begin();
  const rotated = await roster.keys().rotateApiKey({ accountId, id });
  expect((await roster.as(rotated.secret).keys().whoAmI({})).superAdmin).toBe(true);
  expect((await roster.keys().revokeApiKey({ accountId, id })).apiKey?.revokeTime).toBeDefined();
});

describe.each(["READER", "WRITER"] as const)("a %s key", (role) => {
  test("manages no keys, not even itself, also when it is a super admin's", async () => {
    const account = await roster.account();
    const ordinary = await withRole(roster, account, ApiKeyRole[role]);
    const { secret } = await roster.keys().createApiKey({ apiKey: { displayName: "Low", role: ApiKeyRole[role] } });
    for (const { keys } of [ordinary, roster.as(secret)]) {
      const id = present((await keys().whoAmI({})).apiKey).id;
      await denied(keys().createApiKey({ apiKey: { displayName: "Same", role: ApiKeyRole[role] } }));
      await denied(keys().rotateApiKey({ id }));
      await denied(keys().revokeApiKey({ id }));
      await denied(keys().updateApiKey({ apiKey: { id }, updateMask: { paths: ["expire_time"] } }));
      await denied(keys().getApiKey({ id }));
      await denied(keys().listApiKeys({}));
    }
  });
});

test("a key for a user of another account is refused as for one who does not exist, also to a super admin", async () => {
  const [mine, other] = [await roster.account(), await roster.account()];
  const apiKey = { displayName: "Foreign", role: ApiKeyRole.READER, userId: other.ownerId };
  await failure(mine.keys().createApiKey({ apiKey }), Code.NotFound, "USER_NOT_FOUND");
  await failure(roster.keys().createApiKey({ accountId: mine.id, apiKey }), Code.NotFound, "USER_NOT_FOUND");
  await denied(mine.keys().createApiKey({ accountId: other.id, apiKey }));
});

test("a key rests while its user is suspended, works again after, and ends for good when its user is deleted", async () => {
  const { users, keys } = await roster.account();
  const { id } = await addUser(users());
  const { secret } = await keys().createApiKey({ apiKey: { displayName: "Resting", role: ApiKeyRole.READER, userId: id } });
  const whoAmI = () => roster.as(secret).keys().whoAmI({});
  const dead = () => failure(whoAmI(), Code.Unauthenticated, "API_KEY_INVALID");
  await whoAmI();
  await users().suspendUser({ id });
  await dead();
  await users().activateUser({ id });
  await whoAmI();
  await users().deleteUser({ id });
  await dead();
  await users().undeleteUser({ id });
  await dead();
  await users().purgeUser({ id });
  await dead();
});

describe("a key that has limits", () => {
  const limited = { displayName: "Limited", role: ApiKeyRole.ADMIN, requireNonce: true };

  test("can't lift them: that takes another key", async () => {
    const account = await roster.account();
    const expireTime = timestampFromMs(Date.now() + 60_000);
    const { apiKey, secret } = await account.keys().createApiKey({ apiKey: { ...limited, expireTime } });
    const { id } = present(apiKey);
    const own = roster.as(secret).keys();
    const update = async (keys: Keys, values: object, paths: string[]) => {
      const headers = { "roster-client-nonce": (await own.issueNonce({})).nonce };
      const options = keys === own ? { headers } : {};
      return keys.updateApiKey({ apiKey: { id, ...values }, updateMask: { paths } }, options);
    };
    await denied(update(own, { requireNonce: false }, ["require_nonce"]));
    await denied(update(own, {}, ["expire_time"]));
    await denied(update(own, { expireTime: timestampFromMs(Date.now() + 120_000) }, ["expire_time"]));
    await denied(update(own, { displayName: "Free", expireTime }, ["*"]));
    const sooner = timestampFromMs(Date.now() + 50_000);
    const kept = await update(own, { displayName: "Mine", expireTime: sooner, requireNonce: true }, ["*"]);
    expect(kept.apiKey).toMatchObject({ displayName: "Mine", requireNonce: true, expireTime: sooner });
    const freed = await update(account.keys(), {}, ["require_nonce", "expire_time"]);
    expect([freed.apiKey?.requireNonce, freed.apiKey?.expireTime]).toEqual([false, undefined]);
  });
});
