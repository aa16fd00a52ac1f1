import { beforeAll, describe, expect, test } from "vitest";
import { Health } from "../../../gen/grpc/health/v1/health_pb.js";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { createAuthenticator } from "../../../src/directory/keys/authentication.ts";
import { TokenBuckets } from "../../../src/directory/limits/rate-limiter.ts";
import { createLog } from "../../../src/log.ts";
import { Meter } from "../../../src/metrics/meter.ts";
import { CallMetrics } from "../../../src/rpc/pipeline/call-metrics.ts";
import { FairUse } from "../../../src/rpc/pipeline/fair-use.ts";
import { LongLists } from "../../../src/rpc/pipeline/long-lists.ts";
import { servicePipeline } from "../../../src/rpc/pipeline/pipeline.ts";
import { Refusals } from "../../../src/rpc/pipeline/refusals.ts";
import { createStreams } from "../../../src/rpc/pipeline/streams.ts";
import { connected } from "../services.ts";
import { addUser, type Services, type TestAccount, useRoster } from "../setup.ts";
import { EVERY_RPC } from "./rpcs/every-rpc.ts";
import { answerTo } from "./rpcs/outcome.ts";
import { NOBODY } from "./rpcs/rpc.ts";

const roster = useRoster();

let account: TestAccount;
let foreignId = "";
let suspended: Services;
let withNonce: Services;

beforeAll(async () => {
  const barred = await roster.account();
  await roster.accounts().suspendAccount({ accountId: barred.id });
  account = await roster.account();
  foreignId = (await roster.account()).id;
  suspended = connected(barred);
  const { id: userId } = await addUser(roster.users(), { superAdmin: true }, account.id);
  const apiKey = { displayName: "Careful", userId, role: ApiKeyRole.ADMIN, requireNonce: true };
  withNonce = connected(roster.as((await roster.keys().createApiKey({ accountId: account.id, apiKey })).secret));
});

const outcome = async (call: Promise<unknown>) => (await answerTo(call)).outcome;

describe.each(Object.entries(EVERY_RPC))("%s", (_, rpc) => {
  test("takes a key, of an account that is not suspended", async () => {
    expect(await outcome(rpc.call(roster.as(undefined), NOBODY, true))).toBe("API_KEY_INVALID");
    expect(await outcome(rpc.call(suspended, NOBODY, true))).toBe("ACCOUNT_SUSPENDED");
    expect(await outcome(rpc.call(suspended, { ...NOBODY, accountId: foreignId }, true))).toBe("ACCOUNT_SUSPENDED");
  });

  test(`${rpc.mutates ? "takes" : "does not take"} a nonce from a key that must send one`, async () => {
    expect(await outcome(rpc.call(withNonce, { ...NOBODY, accountId: account.id }, true))).toBe(
      rpc.mutates ? "NONCE_REQUIRED" : rpc.names === undefined ? "answered" : "NOT_FOUND",
    );
  });

  test("tells an ordinary caller the same about an account of others and about one that does not exist", async () => {
    const accountIds = rpc.account === "none" ? [] : [foreignId, "default", "nowhere", "-", "\0", "A B"];
    const answers = await Promise.all(
      accountIds.map((accountId) => answerTo(rpc.call(account, { ...NOBODY, accountId }, true))),
    );
    expect(answers.filter(({ outcome }) => outcome !== "PERMISSION_DENIED")).toEqual([]);
    expect(new Set(answers.map(({ told }) => told)).size).toBe(accountIds.length === 0 ? 0 : 1);
  });
});

test("an RPC whose permission is not declared is not served: the server does not start", () => {
  const { store, sources } = roster.server;
  const authenticate = createAuthenticator(store, sources.clock);
  const streams = createStreams({ store, authenticate, limit: 1 });
  streams.stop();
  const draining = new AbortController().signal;
  const meter = new Meter();
  const unlimited = { perKey: undefined, perToken: undefined, perAccount: undefined, failuresPerAddress: undefined };
  const fairness = { fairUse: new FairUse(new TokenBuckets(), unlimited, meter), longLists: new LongLists(1, meter) };
  const log = createLog("silent");
  const deps = {
    store,
    authenticate,
    log,
    refusals: new Refusals(store, log),
    draining,
    streams,
    ...fairness,
    callMetrics: new CallMetrics(meter),
    logCall: () => {},
  };
  const handlers = { check: async () => ({}), list: async () => ({}), watch: () => nothing() };
  expect(() => servicePipeline(Health, handlers, deps)).toThrow("grpc.health.v1.Health/Check has no declared permission");
});

async function* nothing() {}
