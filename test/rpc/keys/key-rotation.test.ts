import { Code } from "@connectrpc/connect";
import { describe, expect, onTestFinished, test } from "vitest";
import { ApiKeyRole, ApiKeyService } from "../../../gen/roster/v1/api_key_service_pb.js";
import { SECOND } from "../../../src/directory/values/clock.ts";
import { clientOf, failure, fieldsOf } from "../../support/clients.ts";
import { startPeer } from "../../support/server.ts";
import { adjustableClock, present, useRoster } from "../setup.ts";

const clock = adjustableClock();
const roster = useRoster({ now: clock.now });

async function begin() {
  const account = await roster.account();
  const apiKey = { displayName: "Turning", role: ApiKeyRole.READER };
  const { apiKey: key, secret } = await account.keys().createApiKey({ apiKey });
  const { id } = present(key);
  await whoIs(secret);
  const rotate = (seconds?: bigint, requestId = "") =>
    account.keys().rotateApiKey({ id, requestId, ...(seconds !== undefined && { overlap: { seconds, nanos: 0 } }) });
  return { ...account, id, key, old: secret, rotate };
}

const whoIs = (secret: string) => roster.as(secret).keys().whoAmI({});
const dead = (secret: string) => failure(whoIs(secret), Code.Unauthenticated, "API_KEY_INVALID");

describe("RotateApiKey", () => {
  test.each([undefined, 0n])("gives a new secret and ends the old one at once (overlap %s)", async (overlap) => {
    const { id, key, old, rotate } = await begin();
    const { apiKey, secret } = await rotate(overlap);
    expect(secret).toMatch(new RegExp(`^roster_${id}_[\\w-]{43}$`));
    expect(secret).not.toBe(old);
    expect({ ...apiKey, lastUseTime: undefined }).toEqual({ ...key, lastUseTime: undefined });
    await dead(old);
    expect((await whoIs(secret)).apiKey?.id).toBe(id);
  });

  test("ends the old secret at once on a server whose clock is behind, too", async () => {
    const peer = await startPeer(roster.server, { now: () => clock.now() - 3600 * SECOND });
    onTestFinished(() => peer.stop());
    const { old, rotate } = await begin();
    const { secret } = await rotate();
    const identify = (of: string) => clientOf(ApiKeyService, peer.url, of).whoAmI({});
    await failure(identify(old), Code.Unauthenticated, "API_KEY_INVALID");
    await identify(secret);
  });

  test("lets the old secret work until the overlap has passed, and the new one on and on", async () => {
    const { old, rotate } = await begin();
    const { secret } = await rotate(600n);
    clock.advance(595 * SECOND);
    await whoIs(old);
    await whoIs(secret);
    clock.advance(5 * SECOND);
    await dead(old);
    await whoIs(secret);
  });

  test("keeps one old secret: the one before it ends with the next rotation", async () => {
    const { old, rotate } = await begin();
    const { secret: second } = await rotate(3600n);
    await whoIs(old);
    const { secret: third } = await rotate(3600n);
    await dead(old);
    await whoIs(second);
    await rotate();
    await dead(second);
    await dead(third);
  });

  test("ends all secrets of a key that is revoked", async () => {
    const { keys, id, old, rotate } = await begin();
    const { secret } = await rotate(3600n);
    await whoIs(old);
    await keys().revokeApiKey({ id });
    await dead(old);
    await dead(secret);
  });

  test("does not make a key outlive its end", async () => {
    const { keys, id, old, rotate } = await begin();
    const expireTime = { seconds: BigInt(Math.floor(clock.now() / SECOND) + 60), nanos: 0 };
    await keys().updateApiKey({ apiKey: { id, expireTime }, updateMask: { paths: ["expire_time"] } });
    const { secret } = await rotate(3600n);
    clock.advance(61 * SECOND);
    await dead(old);
    await dead(secret);
  });

  test("returns no secret when its request id is repeated, and changes nothing then", async () => {
    const { rotate } = await begin();
    const first = await rotate(0n, "turn");
    expect(await rotate(0n, "turn")).toEqual({ ...first, secret: "" });
    expect((await whoIs(first.secret)).apiKey?.id).toBe(first.apiKey?.id);
    await failure(rotate(1n, "turn"), Code.InvalidArgument, "REQUEST_ID_REUSED");
  });

  test("refuses an overlap below nothing or above 30 days", async () => {
    const { old, rotate } = await begin();
    for (const overlap of [-1n, 30n * 86_400n + 1n, 10n ** 18n]) {
      const error = await failure(rotate(overlap), Code.InvalidArgument, "FIELD_INVALID");
      expect(fieldsOf(error)).toEqual(["overlap"]);
    }
    await whoIs(old);
    await rotate(30n * 86_400n);
    await whoIs(old);
  });

  test("called many times at once leaves one working secret", async () => {
    const { rotate } = await begin();
    const secrets = (await Promise.all(Array.from({ length: 10 }, () => rotate()))).map(({ secret }) => secret);
    const outcomes = await Promise.allSettled(secrets.map(whoIs));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
