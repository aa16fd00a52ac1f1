import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UserService } from "../gen/roster/v1/user_service_pb.js";
import { clientOf, PROTOCOL_NAMES } from "./support/clients.ts";
import { startCollector } from "./support/collector.ts";
import { COMMAND } from "./support/command.ts";
import { testFolder } from "./support/folder.ts";
import { spawnServer } from "./support/process.ts";

const SHELL_COMMAND = COMMAND.replace(/\.js$/, "");

/** Writes the URL of each module of OpenTelemetry into a file when it is loaded. */
const NOTE_TELEMETRY = `
require("node:module").registerHooks({
  load(url, context, next) {
    if (url.includes("@opentelemetry")) require("node:fs").appendFileSync(process.env.LOADED, url + "\\n");
    return next(url, context);
  },
});`;

function telemetryProbe(folder: string): { env: NodeJS.ProcessEnv; loaded: () => boolean } {
  const [probe, loaded] = [join(folder, "note-telemetry.cjs"), join(folder, "loaded")];
  writeFileSync(probe, NOTE_TELEMETRY);
  return { env: { NODE_OPTIONS: `--require=${probe}`, LOADED: loaded }, loaded: () => existsSync(loaded) };
}

test.each(["1", "2"])("serves every protocol from %s processes, and ends in good order", async (workers) => {
  const folder = testFolder();
  const { env, loaded } = telemetryProbe(folder);
  const server = await spawnServer(folder, { main: SHELL_COMMAND, env: { ...env, ROSTER_WORKERS: workers } });
  for (const protocol of PROTOCOL_NAMES) {
    const users = clientOf(UserService, server.url, server.secret, protocol);
    await users.createUser({ user: { displayName: protocol } });
    const { users: found } = await users.listUsers({ filter: `display_name == ${JSON.stringify(protocol)}` });
    expect(found).toHaveLength(1);
  }
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
  // Nobody has asked for traces.
  expect(loaded()).toBe(false);
});

test("sends traces if it is asked to", async () => {
  const folder = testFolder();
  const { env, loaded } = telemetryProbe(folder);
  const collector = await startCollector();
  const server = await spawnServer(folder, {
    main: SHELL_COMMAND,
    env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  await clientOf(UserService, server.url, server.secret).listUsers({});
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
  expect(loaded()).toBe(true);
  expect(
    collector
      .requests()
      .map(({ path }) => path)
      .toSorted(),
  ).toEqual(["/v1/metrics", "/v1/traces"]);
});

test.runIf(process.platform === "linux")(
  "V8 has one helper thread and a small heap in every process of a server",
  async () => {
    const folder = testFolder();
    const report = join(folder, "report");
    const probe = join(folder, "probe.cjs");
    writeFileSync(probe, PROBE);
    const env = { NODE_OPTIONS: `--require=${probe}`, REPORT: report };
    const server = await spawnServer(folder, { main: SHELL_COMMAND, env: { ...env, ROSTER_WORKERS: "2" } });
    await server.end("SIGTERM");
    for (const flags of [["--max-semi-space-size=8"], []]) {
      spawnSync(process.execPath, [...flags, "--eval", ""], { env });
    }
    const [primary, ...others] = readFileSync(report, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const [first, second, small, usual] = others;
    expect([primary, first, second]).toEqual(Array(3).fill({ ...small, helpers: 1 }));
    expect(usual).toMatchObject({ heapLimit: expect.not.closeTo(small.heapLimit), helpers: expect.not.closeTo(1) });
  },
);

/** Says how many helper threads V8 has, and the limit of its heap, of which that of the young generation is a part. */
const PROBE = `
  const { appendFileSync, readdirSync, readFileSync } = require("node:fs");
  const threads = readdirSync("/proc/self/task").map((id) => readFileSync("/proc/self/task/" + id + "/comm", "utf8"));
  const helpers = threads.filter((name) => name.startsWith("V8Worker")).length;
  const heapLimit = require("node:v8").getHeapStatistics().heap_size_limit;
  appendFileSync(process.env.REPORT, JSON.stringify({ heapLimit, helpers }) + "\\n");
`;

test("says what is missing before it is built", () => {
  const unbuilt = join(testFolder(), "roster.js");
  cpSync(COMMAND, unbuilt);
  const { status, stderr } = spawnSync(process.execPath, [unbuilt, "serve"], { encoding: "utf8" });
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining("npm run bundle") });
});

test("imports and exports, and says in one line what went wrong", async () => {
  const files = testFolder();
  const server = await spawnServer(files, { main: SHELL_COMMAND });
  const env = { ...process.env, ROSTER_SERVER: server.url, ROSTER_API_KEY: server.secret };
  const run = (...args: string[]) => spawnSync(SHELL_COMMAND, args, { env, encoding: "utf8" });
  const [from, to] = [join(files, "users.csv"), join(files, "users.ndjson")];
  writeFileSync(from, "email,name\nada@example.com,Ada\n");
  expect(run("import", from)).toMatchObject({ status: 0 });
  expect(run("export", to)).toMatchObject({ status: 0 });
  expect(readFileSync(to, "utf8")).toContain('"ada@example.com"');
  expect(run("import", from, "--format", "xml")).toMatchObject({ status: 2 });
  const refused = run("keys", "revoke", "K01");
  expect(refused.status).toBe(3);
  expect(refused.stderr).toMatch(/^roster: [^\n]*\nnext: [^\n]*\n$/);
  await server.end("SIGTERM");
});
