import { Code } from "@connectrpc/connect";
import { RosterError } from "@roster/client";
import { expect, test } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { secretKeyId } from "../../src/directory/keys/api-key.ts";
import type { CallLogMode } from "../../src/log.ts";
import { Meter } from "../../src/metrics/meter.ts";
import { NO_LIMITS } from "../../src/rpc/pipeline/fair-use.ts";
import { watchFromNow } from "../rpc/changes/watcher.ts";
import { clientOf, demand, failure, PROTOCOL_NAMES, type Protocol } from "../support/clients.ts";
import { collectLog, type LogLine, takeLeaks, watchLog } from "../support/log.ts";
import { metered } from "../support/metrics.ts";
import { offlineIssuer, verifierOf } from "../support/offline-issuer.ts";
import { startTestServer } from "../support/server.ts";
import { call, WIRE_NAMES } from "./wire.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };

async function startLogging(mode: CallLogMode, slowMs = 60_000) {
  const { log, lines } = collectLog();
  const meter = new Meter();
  const server = await startTestServer({ log, meter, logCalls: { mode, slowMs } });
  const calls = (): LogLine[] => lines().filter(({ msg }) => msg === "call");
  return { server, calls, meter, users: clientOf(UserService, server.url, server.secret) };
}

test.each(["gRPC, its own port", "Connect, JSON, HTTP/1.1"] satisfies Protocol[])(
  "a call is logged with who called, what came of it and how long it took: %s",
  async (protocol) => {
    const { server, calls } = await startLogging("all");
    const users = clientOf(UserService, server.url, server.secret, protocol);
    await users.listUsers({}, { headers });
    const call = users.getUser({ key: { case: "email", value: "ada@example.com" } });
    await failure(call, Code.NotFound, "USER_NOT_FOUND");
    await failure(clientOf(UserService, server.url, "", protocol).listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
    const anybody = {
      call: expect.any(String),
      level: 30,
      time: expect.anything(),
      msg: "call",
      milliseconds: expect.any(Number),
      peer: "127.0.0.1",
    };
    const admin = { ...anybody, account: "default", key: secretKeyId(server.secret) };
    expect(calls()).toEqual([
      { ...admin, method: "roster.v1.UserService/ListUsers", code: "OK", trace: TRACE },
      { ...admin, method: "roster.v1.UserService/GetUser", code: "NotFound", reason: "USER_NOT_FOUND" },
      { ...anybody, method: "roster.v1.UserService/ListUsers", code: "Unauthenticated", reason: "API_KEY_INVALID" },
    ]);
    await server.stop();
  },
);

test("a traceparent that is none names no trace", async () => {
  const { server, calls, users } = await startLogging("all");
  for (const traceparent of ["", "00-xyz-1-01", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`, `${TRACE}`]) {
    await users.listUsers({}, { headers: { traceparent } });
  }
  expect(calls().map(({ trace }) => trace)).toEqual([undefined, undefined, undefined, undefined]);
  await server.stop();
});

/** What is logged of a call that succeeds, one that fails, and a watch that its watcher leaves. */
async function loggedBy(mode: CallLogMode, slowMs?: number): Promise<unknown[]> {
  const { server, calls, meter, users } = await startLogging(mode, slowMs);
  const watcher = await watchFromNow(users);
  await users.listUsers({});
  await failure(users.getUser({ key: { case: "id", value: "nobody" } }), Code.NotFound, "USER_NOT_FOUND");
  watcher.hangUp();
  await expect
    .poll(() => metered(meter, "grpc_server_handled_total", { grpc_method: "WatchUsers", grpc_code: "Canceled" }))
    .toBe(1);
  await server.stop();
  return calls().map(({ method, code }) => [String(method).split("/")[1], code]);
}

const LISTED = ["ListUsers", "OK"];
const MISSED = ["GetUser", "NotFound"];
const LEFT = ["WatchUsers", "Canceled"];

test("it is logged what is asked for: nothing, errors, also slow calls, or all", async () => {
  expect(await loggedBy("off", 0)).toEqual([]);
  expect(await loggedBy("errors", 0)).toEqual([MISSED]);
  expect(await loggedBy("slow")).toEqual([MISSED]);
  expect(await loggedBy("slow", 0)).toEqual([LISTED, MISSED]);
  expect(await loggedBy("all")).toEqual([LISTED, MISSED, LEFT]);
});

/** Has a defect: counting calls fails. */
async function startDefective() {
  const { log, lines } = collectLog();
  const rateLimiter = { take: () => Promise.reject(new Error("a defect")) };
  const limits = { ...NO_LIMITS, perKey: { perSecond: 1, burst: 1 } };
  const server = await startTestServer({ log, rateLimiter, limits, logCalls: { mode: "all", slowMs: 60_000 } });
  return { server, lines };
}

test("every line of a call has its id, and the one of its trace; so does its error", async () => {
  const { server, lines } = await startDefective();
  const ids = new Set<unknown>();
  for (const protocol of PROTOCOL_NAMES) {
    const users = clientOf(UserService, server.url, server.secret, protocol);
    const alone = await failure(users.listUsers({}), Code.Internal, "INTERNAL");
    const traced = await failure(users.listUsers({}, { headers }), Code.Internal, "INTERNAL");
    const [defect, line, ...ofTrace] = lines().slice(-4);
    expect([defect, line]).toMatchObject([{ msg: "internal error" }, { msg: "call" }]);
    expect([defect?.["call"], line?.["call"], alone.rawMessage]).toEqual([
      RosterError.from(alone).callId,
      RosterError.from(alone).callId,
      `internal error, incident ${RosterError.from(alone).callId}`,
    ]);
    expect(ofTrace.map(({ trace }) => trace)).toEqual([RosterError.from(traced).callId, RosterError.from(traced).callId]);
    expect(RosterError.from(traced).callId).toBe(TRACE);
    expect(new Set(ofTrace.map(({ call: id }) => id)).size).toBe(1);
    ids.add(line?.["call"]).add(ofTrace[0]?.["call"]);
  }
  expect(ids.size).toBe(2 * PROTOCOL_NAMES.length);
  await server.stop();
});

test.each(WIRE_NAMES)("an error that a library has made has the id of the call's line, too: %s", async (wire) => {
  const { server, calls } = await startLogging("all");
  const message = wire === "Connect, JSON" ? "{}" : "";
  const watch = { method: "UserService/WatchUsers", stream: true, message, secret: server.secret, timeoutMs: 200 };
  const { error } = await call(wire, server.url, watch);
  await expect.poll(calls).toHaveLength(1);
  expect(calls()[0]?.["call"]).toBe(RosterError.from(demand(error, Code.DeadlineExceeded, "DEADLINE_EXCEEDED")).callId);
  await server.stop();
});

test("why a token was refused is logged with the id that its caller got", async () => {
  const { log, lines } = collectLog();
  const { file, token } = await offlineIssuer();
  const server = await startTestServer({ log, tokens: verifierOf(file()) });
  for (const [claims, cause] of [
    [{ aud: "another" }, 'unexpected "aud" claim value'],
    [{ sub: "nobody@example.com" }, "the subject is no user"],
  ] as const) {
    const refused = clientOf(UserService, server.url, await token(claims)).listUsers({});
    const id = RosterError.from(await failure(refused, Code.Unauthenticated, "TOKEN_INVALID")).callId;
    expect(lines().findLast(({ msg }) => msg === "a token was refused")).toEqual({
      level: 30,
      time: expect.anything(),
      msg: "a token was refused",
      call: id,
      cause,
    });
  }
  await server.stop();
});

// Each file's logs are looked through after it: see test/support/each-file.ts.
test.each([
  ["the secret of a key", `roster_K${"0".repeat(26)}_abc`],
  ["a token", "eyJhbGciOiJFUzI1NiJ9.e30.x"],
  ["an e-mail address", "ada+1@example.com"],
  ["a name", "Ada Lovelace"],
  ["metadata", "planted"],
])("a log that told %s would fail the tests", (_, secret) => {
  watchLog(`${JSON.stringify({ level: 30, msg: "call", cause: `because of ${secret}!` })}\n`);
  expect(takeLeaks()).toHaveLength(1);
});

test("a call's log says nothing of what was said, however it ends", async () => {
  const { log, lines } = collectLog("debug");
  const server = await startTestServer({ log, logCalls: { mode: "all", slowMs: 0 } });
  const users = clientOf(UserService, server.url, server.secret);
  const user = {
    email: "grace@planted.example",
    name: "Grace Hopper",
    externalId: "planted-id",
    metadata: { team: "planted" },
  };
  await users.createUser({ user });
  await failure(users.createUser({ user: { email: user.email } }), Code.AlreadyExists, "EMAIL_TAKEN");
  await failure(users.createUser({ user: { email: "planted" } }), Code.InvalidArgument, "FIELD_INVALID");
  await failure(users.listUsers({ filter: 'name == "planted" &&' }), Code.InvalidArgument, "FILTER_INVALID");
  await failure(users.getUser({ key: { case: "externalId", value: "planted" } }), Code.NotFound, "USER_NOT_FOUND");
  await server.stop();
  expect(lines().filter(({ msg }) => msg === "call")).toHaveLength(5);
  expect(takeLeaks()).toEqual([]);
});
