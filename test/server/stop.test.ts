import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { text } from "node:stream/consumers";
import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf, demand } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { type ServerProcess, spawnServer } from "../support/process.ts";
import { openPulledStream } from "../support/pulled-stream.ts";
import { fill } from "./fill.ts";

/** An export of 16 MB of which one message has been read, and no more. */
async function stalledExport(server: ServerProcess) {
  await fill(clientOf(UserService, server.url, server.secret), 2_000, 8_000);
  const stream = openPulledStream(server, "the HTTP port", UserService.method.listUsersChunked, { chunkSize: 100 });
  return { stream, first: await stream.next() };
}

test.each(["SIGTERM", "SIGINT"] as const)("%s ends a server in good order, idle connections and all", async (signal) => {
  const server = await spawnServer(testFolder(), { env: { ROSTER_DRAIN_TIMEOUT: "60s" } });
  const agent = new Agent({ keepAlive: true });
  const headers = { "content-type": "application/json", "x-api-key": server.secret };
  const call = request(new URL("/roster.v1.UserService/ListUsers", server.url), { method: "POST", agent, headers });
  const [response] = await once(call.end("{}"), "response");
  expect(await text(response)).toContain('"users"');
  const session = connectHttp2(server.url);
  // The process may be gone before this end has closed, too.
  session.on("error", () => {});
  await once(session, "connect");
  const start = performance.now();
  expect(await server.end(signal)).toEqual({ code: 0, signal: null });
  expect(performance.now() - start).toBeLessThan(10_000);
  agent.destroy();
});

test.each(["SIGTERM", "SIGINT"] as const)("%s ends an export after a whole message, to be resumed", async (signal) => {
  const folder = testFolder();
  const server = await spawnServer(folder, { env: { ROSTER_DRAIN_TIMEOUT: "60s", ROSTER_LOG_LEVEL: "info" } });
  const { stream, first } = await stalledExport(server);
  const ended = server.end(signal);
  await expect.poll(() => server.log()).toContain("draining");
  const { messages, error } = await stream.rest();
  demand(error, Code.Unavailable, "SERVER_DRAINING");
  expect(await ended).toEqual({ code: 0, signal: null });

  const delivered = [first, ...messages];
  const { resumeToken } = delivered.at(-1) ?? first;
  const later = await spawnServer(folder);
  for await (const message of clientOf(UserService, later.url, later.secret).listUsersChunked({ resumeToken })) {
    delivered.push(message);
  }
  const ids = delivered.flatMap(({ users }) => users.map(({ id }) => id));
  expect([ids.length, new Set(ids).size, delivered.at(-1)?.summary?.userCount]).toEqual([2_001, 2_001, 2_001n]);
  await later.end("SIGTERM");
});

test("a reader that stalls delays the end by the drain timeout, and no longer", async () => {
  const server = await spawnServer(testFolder(), { env: { ROSTER_DRAIN_TIMEOUT: "1s" } });
  await stalledExport(server);
  const start = performance.now();
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
  const took = performance.now() - start;
  expect(took).toBeGreaterThan(900);
  expect(took).toBeLessThan(10_000);
});

test("a second signal ends it at once", async () => {
  const env = { ROSTER_DRAIN_TIMEOUT: "60s", ROSTER_LOG_LEVEL: "info" };
  const server = await spawnServer(testFolder(), { env });
  await stalledExport(server);
  server.child.kill("SIGTERM");
  await expect.poll(() => server.log()).toContain("draining");
  const start = performance.now();
  expect(await server.end("SIGINT")).toEqual({ code: 1, signal: null });
  expect(performance.now() - start).toBeLessThan(10_000);
});
