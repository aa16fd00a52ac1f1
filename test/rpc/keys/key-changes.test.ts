import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { DAY, type Micros, SECOND } from "../../../src/directory/values/clock.ts";
import { toTimestamp } from "../../../src/rpc/wire/time.ts";
import { failure, fieldsOf } from "../../support/clients.ts";
import { adjustableClock, present, type TestAccount, useRoster } from "../setup.ts";

const clock = adjustableClock();
const roster = useRoster({ now: clock.now });

async function issue(account: TestAccount, values: { expireTime?: ReturnType<typeof toTimestamp> } = {}) {
  const apiKey = { displayName: "Worker", role: ApiKeyRole.WRITER, ...values };
  const { apiKey: key, secret } = await account.keys().createApiKey({ apiKey });
  return { key: present(key), id: present(key).id, secret, works: () => roster.as(secret).keys().whoAmI({}) };
}

const dead = (call: Promise<unknown>) => failure(call, Code.Unauthenticated, "API_KEY_INVALID");

describe("GetApiKey and ListApiKeys", () => {
  test("show keys that work, have expired or are revoked, oldest first, in pages both ways, and never a secret", async () => {
    const account = await roster.account();
    const issued = [await issue(account), await issue(account, { expireTime: toTimestamp(SECOND) }), await issue(account)];
    await account.keys().revokeApiKey({ id: present(issued[2]).id });
    const list = (pageToken: string) => account.keys().listApiKeys({ pageSize: 3, pageToken });
    const first = await list("");
    const second = await list(first.nextPageToken);
    const ids = [...first.apiKeys, ...second.apiKeys].map(({ id }) => id);
    expect(ids).toEqual([account.secret.slice(7, 34), ...issued.map(({ id }) => id)]);
    expect(second.nextPageToken).toBe("");
    expect(await list(second.previousPageToken)).toMatchObject({ apiKeys: first.apiKeys, previousPageToken: "" });
    for (const { id, secret } of issued) {
      const shown = await account.keys().getApiKey({ id });
      expect([...first.apiKeys, ...second.apiKeys]).toContainEqual(shown.apiKey);
      expect(JSON.stringify(shown, (_, value) => (typeof value === "bigint" ? `${value}` : value))).not.toContain(
        secret.slice(-43),
      );
    }
  });

  test("show nothing of another account", async () => {
    const [mine, other] = [await roster.account(), await roster.account()];
    const { id } = await issue(other);
    const keys = mine.keys();
    const calls = [
      keys.getApiKey({ id }),
      keys.revokeApiKey({ id }),
      keys.rotateApiKey({ id }),
      keys.updateApiKey({ apiKey: { id, displayName: "Mine" }, updateMask: { paths: ["display_name"] } }),
    ];
    await Promise.all(calls.map((call) => failure(call, Code.NotFound, "API_KEY_NOT_FOUND")));
    expect((await keys.listApiKeys({})).apiKeys).toHaveLength(1);
  });
});

describe("UpdateApiKey", () => {
  test("changes what the mask names, and clears what is named but absent", async () => {
    const account = await roster.account();
    const { id, key } = await issue(account);
    const update = async (values: object, paths: string[]) =>
      present((await account.keys().updateApiKey({ apiKey: { id, ...values }, updateMask: { paths } })).apiKey);
    const expireTime = toTimestamp(clock.now() + DAY);
    expect(await update({ displayName: " Renamed ", requireNonce: true }, ["display_name"])).toEqual({
      ...key,
      displayName: "Renamed",
    });
    expect(await update({ expireTime, requireNonce: true }, ["expire_time", "require_nonce"])).toMatchObject({
      displayName: "Renamed",
      expireTime,
      requireNonce: true,
    });
    const cleared = await update({}, ["expire_time", "require_nonce"]);
    expect([cleared.expireTime, cleared.requireNonce]).toEqual([undefined, false]);
    expect(await update({ displayName: "All", requireNonce: true }, ["*"])).toMatchObject({ displayName: "All" });
    expect((await account.keys().getApiKey({ id })).apiKey?.requireNonce).toBe(true);
  });

  test("ends a key at its new end, at once if that is past, and lets it work again when the end is put off", async () => {
    const account = await roster.account();
    const { id, works } = await issue(account);
    await works();
    const endAt = (time: Micros) =>
      account.keys().updateApiKey({ apiKey: { id, expireTime: toTimestamp(time) }, updateMask: { paths: ["expire_time"] } });
    await endAt(clock.now() - SECOND);
    await dead(works());
    await endAt(clock.now() + DAY);
    await works();
    clock.advance(DAY);
    await dead(works());
  });

  test("refuses other fields, a name that is none, and silence", async () => {
    const account = await roster.account();
    const { id, key } = await issue(account);
    const update = async (displayName: string, paths?: string[]) => {
      const request = { apiKey: { id, displayName }, ...(paths && { updateMask: { paths } }) };
      return fieldsOf(await failure(account.keys().updateApiKey(request), Code.InvalidArgument, "FIELD_INVALID"));
    };
    for (const path of ["id", "user_id", "role", "create_time", "revoke_time", "last_use_time", "secret", ""]) {
      expect(await update("Name", [path])).toEqual(["update_mask"]);
    }
    expect(await update("", ["display_name"])).toEqual(["api_key.display_name"]);
    expect(await update("", ["*"])).toEqual(["api_key.display_name"]);
    expect(await update("Name")).toEqual(["update_mask"]);
    expect(await update("Name", [])).toEqual(["update_mask"]);
    const nameless = account.keys().updateApiKey({ apiKey: {}, updateMask: { paths: ["require_nonce"] } });
    expect(fieldsOf(await failure(nameless, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["api_key.id"]);
    expect((await account.keys().getApiKey({ id })).apiKey).toEqual(key);
  });
});

describe("RevokeApiKey", () => {
  test("ends a key at once and for ever", async () => {
    const account = await roster.account();
    const { id, works } = await issue(account);
    await works();
    const first = await account.keys().revokeApiKey({ id });
    expect(first.apiKey?.revokeTime).toBeDefined();
    await dead(works());
    expect(await account.keys().revokeApiKey({ id })).toEqual(first);
    const update = { apiKey: { id, displayName: "Back" }, updateMask: { paths: ["display_name"] } };
    await failure(account.keys().updateApiKey(update), Code.FailedPrecondition, "API_KEY_REVOKED");
    await failure(account.keys().rotateApiKey({ id }), Code.FailedPrecondition, "API_KEY_REVOKED");
    await dead(works());
  });

  test("lets a key end itself", async () => {
    const account = await roster.account();
    await account.keys().revokeApiKey({ id: account.secret.slice(7, 34) });
    await dead(account.keys().whoAmI({}));
  });
});

test("last_use_time is when a key was last used, noted at most once a minute", async () => {
  const account = await roster.account();
  const { id, key, works } = await issue(account);
  expect(key.lastUseTime).toBeUndefined();
  const lastUse = async () => (await account.keys().getApiKey({ id })).apiKey?.lastUseTime;
  await works();
  await expect.poll(lastUse).toBeDefined();
  const first = await lastUse();
  clock.advance(30 * SECOND);
  await works();
  await works();
  expect(await lastUse()).toEqual(first);
  clock.advance(30 * SECOND);
  await works();
  await expect.poll(lastUse).not.toEqual(first);
});
