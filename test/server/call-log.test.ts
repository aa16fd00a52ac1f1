import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { secretKeyId } from "../../src/directory/keys/api-key.ts";
import type { CallLogMode } from "../../src/log.ts";
import { CallMetrics } from "../../src/rpc/pipeline/call-metrics.ts";
import { watchFromNow } from "../rpc/changes/watcher.ts";
import { clientOf, failure, type Protocol } from "../support/clients.ts";
import { collectLog, type LogLine } from "../support/log.ts";
import { startTestServer } from "../support/server.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };

async function startLogging(mode: CallLogMode, slowMs = 60_000) {
  const { log, lines } = collectLog();
  const callMetrics = new CallMetrics();
  const server = await startTestServer({ log, callMetrics, logCalls: { mode, slowMs } });
  const calls = (): LogLine[] => lines().filter(({ msg }) => msg === "call");
  return { server, calls, callMetrics, users: clientOf(UserService, server.url, server.secret) };
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
    const anybody = { level: 30, time: expect.anything(), msg: "call", milliseconds: expect.any(Number), peer: "127.0.0.1" };
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
  const { server, calls, callMetrics, users } = await startLogging(mode, slowMs);
  const watcher = await watchFromNow(users);
  await users.listUsers({});
  await failure(users.getUser({ key: { case: "id", value: "nobody" } }), Code.NotFound, "USER_NOT_FOUND");
  watcher.hangUp();
  await expect.poll(() => callMetrics.of(UserService.method.watchUsers).ended[Code.Canceled]).toBe(1);
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
