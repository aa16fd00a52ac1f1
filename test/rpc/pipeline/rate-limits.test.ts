import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { describe, expect, onTestFinished, test } from "vitest";
import { RetryInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import type { RateLimit } from "../../../src/directory/limits/token-bucket.ts";
import { type DefaultLimits, NO_LIMITS } from "../../../src/rpc/pipeline/fair-use.ts";
import { failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { expectHeldToSlowLimit, SLOW_LIMIT } from "../../support/demand.ts";
import { startTestServer } from "../../support/server.ts";
import { connected, servicesOf } from "../services.ts";
import { addUsers, all, present, type Users } from "../setup.ts";

async function open(limits: Partial<DefaultLimits>) {
  const server = await startTestServer({ limits: { ...NO_LIMITS, ...limits } });
  onTestFinished(server.stop);
  const admin = servicesOf(server.url, server.secret);
  const withKey = async (rateLimit?: RateLimit) => {
    const apiKey = { displayName: "Limited", role: ApiKeyRole.WRITER, ...(rateLimit && { rateLimit }) };
    return servicesOf(server.url, (await admin.keys().createApiKey({ apiKey })).secret);
  };
  return { server, admin, withKey };
}

/** One token in ten seconds: none comes back while a test runs, however busy the machine. */
const hardlyAny = (burst: number) => ({ perSecond: 0.1, burst });

const limited = (call: Promise<unknown>) => failure(call, Code.ResourceExhausted, "RATE_LIMITED");

test.each(PROTOCOL_NAMES)("a key gets its burst at once, then is told when the next call may come: %s", async (protocol) => {
  const { withKey } = await open({ perKey: hardlyAny(3) });
  const users = (await withKey()).users(protocol);
  for (let n = 0; n < 3; n += 1) await users.listUsers({});
  const [retry] = (await limited(users.listUsers({}))).findDetails(RetryInfoSchema);
  const wait = durationMs(present(present(retry).retryDelay));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(10_000);
});

test("over HTTP, answers and refusals say what is left", async () => {
  const { admin, server } = await open({ perKey: hardlyAny(4) });
  expect((await admin.keys().whoAmI({})).superAdmin).toBe(true);
  const call = () =>
    fetch(`${server.url}/roster.v1.ApiKeyService/WhoAmI`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json", "x-api-key": server.secret },
    });
  const [first, second] = [await call(), await call()];
  expect([first.status, first.headers.get("ratelimit-policy"), first.headers.get("ratelimit")]).toEqual([
    200,
    '"caller";q=4;w=40',
    expect.stringMatching(/^"caller";r=2;t=20$/),
  ]);
  expect(second.headers.get("ratelimit")).toMatch(/^"caller";r=1;t=30$/);
  await call();
  const refused = await call();
  expect([refused.status, refused.headers.get("ratelimit")]).toEqual([429, '"caller";r=0;t=40']);
});

describe("64 calls in flight", () => {
  test.each([
    ["a key that has a limit of its own", SLOW_LIMIT, {}],
    ["keys that have none of their own", undefined, { perKey: SLOW_LIMIT }],
    ["an account", undefined, { perAccount: SLOW_LIMIT }],
  ] as const)("hold %s to its limit within a tenth", async (_, ownLimit, defaults) => {
    const { withKey } = await open(defaults);
    const { users } = connected(await withKey(ownLimit));
    await expectHeldToSlowLimit(() => users().listUsers({ pageSize: 1 }));
  });
});

test("an import counts by its rows, and is paid for afterwards if it is larger than the burst", async () => {
  const { withKey } = await open({ perKey: hardlyAny(10) });
  const users = (await withKey()).users();
  const rows = (count: number) => ({ users: Array.from({ length: count }, () => ({})) });
  expect((await users.importUsers(rows(6))).created).toBe(6);
  await limited(users.importUsers(rows(6)));
  const other = (await withKey()).users();
  expect((await other.importUsers(rows(50))).created).toBe(50);
  const [retry] = (await limited(other.listUsers({}))).findDetails(RetryInfoSchema);
  expect(durationMs(present(present(retry).retryDelay))).toBeGreaterThan(300_000);
});

test("a batch counts by its rows", async () => {
  const { withKey } = await open({ perKey: hardlyAny(10) });
  const row = { key: { key: { case: "id" as const, value: "nobody" } } };
  for (const batch of [
    (users: Users) => users.batchUpdateUsers({ updates: Array.from({ length: 6 }, () => ({})) }),
    (users: Users) => users.batchDeleteUsers({ users: Array(6).fill(row) }),
    (users: Users) => users.batchPurgeUsers({ users: Array(6).fill(row) }),
    (users: Users) => users.batchActivateUsers({ users: Array(6).fill(row) }),
    (users: Users) => users.batchSuspendUsers({ users: Array(6).fill(row) }),
  ]) {
    const users = (await withKey()).users();
    expect((await batch(users)).failures).toHaveLength(6);
    await limited(batch(users));
  }
});

test("messages of a stream wait for their turn, and all of them come", async () => {
  const { admin, withKey } = await open({});
  await addUsers(admin.users(), 12);
  const users = (await withKey({ perSecond: 10, burst: 3 })).users();
  const start = performance.now();
  const chunks = await all(users.listUsersChunked({ chunkSize: 1 }));
  // Twelve users and the first super admin, and the call: less the burst, at ten a second.
  expect(chunks.flatMap((chunk) => chunk.users)).toHaveLength(13);
  expect(performance.now() - start).toBeGreaterThan(900);
});

test("one caller's limit is nobody else's", async () => {
  const { withKey } = await open({ perKey: hardlyAny(2) });
  const users = (await withKey()).users();
  await users.listUsers({});
  await users.listUsers({});
  await limited(users.listUsers({}));
  const others = (await withKey({ perSecond: 1, burst: 20 })).users();
  for (let n = 0; n < 20; n += 1) await others.listUsers({});
});

describe("failed authentications from one address", () => {
  const guess = (url: string, n: number) => servicesOf(url, `guess ${n}`).users().listUsers({});

  test("are heard up to the limit, then nothing unknown from there is, but for what was proven there", async () => {
    const { server, admin, withKey } = await open({ failuresPerAddress: { perSecond: 0.2, burst: 5 } });
    const fresh = await withKey();
    for (let n = 0; n < 5; n += 1) {
      await failure(guess(server.url, n), Code.Unauthenticated, "API_KEY_INVALID");
      await admin.users().listUsers({});
    }
    await limited(guess(server.url, 5));
    await limited(guess(server.url, 6));
    expect((await admin.users().listUsers({})).users).toHaveLength(1);
    await limited(fresh.users().listUsers({}));
    await expect.poll(() => fresh.users().listUsers({}), { timeout: 15_000, interval: 100 }).toBeDefined();
  });
});
