import { Code, ConnectError } from "@connectrpc/connect";
import { beforeAll, describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { Health } from "../../../gen/grpc/health/v1/health_pb.js";
import { AccountService } from "../../../gen/roster/v1/account_service_pb.js";
import { ApiKeyService } from "../../../gen/roster/v1/api_key_service_pb.js";
import { SessionService } from "../../../gen/roster/v1/session_service_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { createAuthenticator } from "../../../src/directory/keys/authentication.ts";
import { TokenBuckets } from "../../../src/directory/limits/rate-limiter.ts";
import { createLog } from "../../../src/log.ts";
import { CallMetrics } from "../../../src/rpc/pipeline/call-metrics.ts";
import { FairUse } from "../../../src/rpc/pipeline/fair-use.ts";
import { LongLists } from "../../../src/rpc/pipeline/long-lists.ts";
import { servicePipeline } from "../../../src/rpc/pipeline/pipeline.ts";
import { createStreams } from "../../../src/rpc/pipeline/streams.ts";
import { connected } from "../services.ts";
import { ALL_ROLES, addUser, type Services, useRoster, withRole } from "../setup.ts";
import { EVERY_RPC, type Rpc } from "./every-rpc.ts";

const roster = useRoster();

type Role = keyof typeof ALL_ROLES;

interface CallerOf extends Services {
  readonly role: Role;
  readonly superAdmin: boolean;
}

const ORDER = ["READER", "WRITER", "ADMIN", "SUPER ADMIN"];
const callers = new Map<string, CallerOf>();
let ownId = "";
let foreignId = "";
let suspended: Services;
let withNonce: Services;

/** Three keys of a user in an account, and three of a super admin in the same account. */
beforeAll(async () => {
  const [account, foreign, barred] = [await roster.account(), await roster.account(), await roster.account()];
  [ownId, foreignId, suspended] = [account.id, foreign.id, barred];
  await roster.accounts().suspendAccount({ accountId: barred.id });
  const { id: superId } = await addUser(roster.users(), { superAdmin: true }, ownId);
  for (const role of ["READER", "WRITER", "ADMIN"] as const) {
    callers.set(role, { role, superAdmin: false, ...connected(await withRole(roster, account, ALL_ROLES[role])) });
    callers.set(`super admin's ${role}`, { role, superAdmin: true, ...(await superAdminsKey(superId, role)) });
  }
  withNonce = await superAdminsKey(superId, "ADMIN", true);
});

async function superAdminsKey(userId: string, role: Role, requireNonce = false): Promise<Services> {
  const apiKey = { displayName: "Key", userId, role: ALL_ROLES[role], requireNonce };
  return connected(roster.as((await roster.keys().createApiKey({ accountId: ownId, apiKey })).secret));
}

const REFUSALS = ["API_KEY_INVALID", "PERMISSION_DENIED", "ACCOUNT_SUSPENDED", "ACCOUNT_NOT_FOUND", "NONCE_REQUIRED"];

/** Why the caller was refused; "answered" for everything that only one who is let through learns. */
async function outcome(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => ConnectError.from(thrown),
  );
  const reason = error?.findDetails(ErrorInfoSchema)[0]?.reason ?? "";
  expect(error?.code).not.toBe(Code.Internal);
  const badAccount = reason === "FIELD_INVALID" && error?.rawMessage.startsWith("account_id:");
  return badAccount ? "ACCOUNT_ID_INVALID" : REFUSALS.includes(reason) ? reason : "answered";
}

function mayCall({ role, superAdmin }: CallerOf, { least }: Rpc): boolean {
  return least === "SUPER ADMIN" ? superAdmin && role === "ADMIN" : ORDER.indexOf(role) >= ORDER.indexOf(least);
}

/** What the caller is told about its own account, one of others, one that does not exist, and all at once. */
function expected(caller: CallerOf, rpc: Rpc): string[] {
  if (!mayCall(caller, rpc)) {
    return Array(5).fill("PERMISSION_DENIED");
  }
  if (rpc.account === "none") {
    return Array(5).fill("answered");
  }
  const unnamed = rpc === EVERY_RPC["AccountService/DeleteAccount"] ? "ACCOUNT_ID_INVALID" : "answered";
  const others = caller.superAdmin
    ? ["answered", "ACCOUNT_NOT_FOUND", rpc.account === "all" ? "answered" : "ACCOUNT_ID_INVALID"]
    : Array(3).fill("PERMISSION_DENIED");
  return [unnamed, "answered", ...others];
}

test("every RPC of every service is in the table", () => {
  const names = [UserService, SessionService, AccountService, ApiKeyService].flatMap((service) =>
    service.methods.map(({ name }) => `${service.name}/${name}`),
  );
  expect(Object.keys(EVERY_RPC).toSorted()).toEqual(names.toSorted());
});

describe.each(Object.entries(EVERY_RPC))("%s", (_, rpc) => {
  test(`takes a ${rpc.least} key, and another account takes a super admin`, async () => {
    for (const [name, caller] of callers) {
      const outcomes: string[] = [];
      for (const accountId of ["", ownId, foreignId, "nowhere", "-"]) {
        outcomes.push(await outcome(rpc.call(caller, accountId)));
      }
      expect([name, ...outcomes]).toEqual([name, ...expected(caller, rpc)]);
    }
  });

  test("takes a key, of an account that is not suspended", async () => {
    expect(await outcome(rpc.call(roster.as(undefined), ""))).toBe("API_KEY_INVALID");
    expect(await outcome(rpc.call(suspended, ""))).toBe("ACCOUNT_SUSPENDED");
    expect(await outcome(rpc.call(suspended, foreignId))).toBe("ACCOUNT_SUSPENDED");
  });

  test(`${rpc.mutates ? "takes" : "does not take"} a nonce from a key that must send one`, async () => {
    expect(await outcome(rpc.call(withNonce, ownId))).toBe(rpc.mutates ? "NONCE_REQUIRED" : "answered");
  });

  test("tells an ordinary caller the same about an account of others and about one that does not exist", async () => {
    const answers = new Set<string>();
    for (const accountId of rpc.account === "none" ? [] : [foreignId, "default", "nowhere", "-", "\0", "A B"]) {
      const error = await rpc.call(callers.get("ADMIN") ?? expect.fail(), accountId).catch(ConnectError.from);
      answers.add(error instanceof ConnectError ? JSON.stringify([error.message, error.details]) : "answered");
    }
    expect([...answers].filter((answer) => !answer.includes("permission_denied"))).toEqual([]);
    expect(answers.size).toBe(rpc.account === "none" ? 0 : 1);
  });
});

test.each(["READER", "WRITER", "ADMIN", "super admin's READER", "super admin's WRITER", "super admin's ADMIN"])(
  "WhoAmI names the RPCs that a %s key may call, and no others",
  async (name) => {
    const caller = callers.get(name) ?? expect.fail(`there is no ${name}`);
    const allowed = Object.entries(EVERY_RPC).filter(([, rpc]) => mayCall(caller, rpc));
    const { methods, superAdmin } = await caller.keys().whoAmI({});
    expect(methods).toEqual(allowed.map(([rpc]) => `roster.v1.${rpc}`).toSorted());
    expect(superAdmin).toBe(caller.superAdmin);
  },
);

test("an RPC whose permission is not declared is not served: the server does not start", () => {
  const { store, sources } = roster.server;
  const authenticate = createAuthenticator(store, sources.clock);
  const streams = createStreams({ store, authenticate, limit: 1 });
  streams.stop();
  const draining = new AbortController().signal;
  const unlimited = { perKey: undefined, perToken: undefined, perAccount: undefined, failuresPerAddress: undefined };
  const fairness = { fairUse: new FairUse(new TokenBuckets(), unlimited), longLists: new LongLists(1) };
  const deps = {
    store,
    authenticate,
    log: createLog("silent"),
    draining,
    streams,
    ...fairness,
    callMetrics: new CallMetrics(),
  };
  const handlers = { check: async () => ({}), list: async () => ({}), watch: () => nothing() };
  expect(() => servicePipeline(Health, handlers, deps)).toThrow("grpc.health.v1.Health/Check has no declared permission");
});

async function* nothing() {}
