import { join } from "node:path";
import { createRosterClient, type RosterClient } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { LONG } from "../support/bounds.ts";
import { testFolder } from "../support/folder.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callerOf, readNdjson, roster, rowsUntil, spawnRoster } from "./run.ts";

let server: TestServer;
let client: RosterClient;
beforeAll(async () => {
  server = await startTestServer();
  client = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
});
afterAll(async () => {
  client.close();
  await server.stop();
});

type Line = { type: string; user_id: string; user?: { name?: string }; change_token?: string };

/** Watches until so many lines have come, then presses Ctrl-C. */
async function watched(args: readonly string[], count: number) {
  const { rows, ...ended } = await rowsUntil<Line>(["watch", ...args], callerOf(server), count);
  return { ...ended, lines: rows.map(({ change_token, ...line }) => line), all: rows };
}

test("export --filter, then watch --token: a line for each change of those who pass", async () => {
  const filter = 'project == "engine"';
  await client.users.createUser({ userId: "ada", user: { project: "engine", name: "Ada" } });
  await client.users.createUser({ userId: "kay", user: { name: "Kay" } });
  const file = join(testFolder(), "users.ndjson");
  const { code, stdout, stderr } = await roster(["export", file, "--filter", filter], { env: callerOf(server) });
  expect([code, readNdjson<{ id: string }>(file).map(({ id }) => id)]).toEqual([0, ["ada"]]);
  const [, token = ""] = /roster watch --token (\S+)/.exec(stderr) ?? [];
  expect(JSON.parse(stdout)).toEqual({ file, user_count: 1, change_token: token });
  await client.users.updateUser({ user: { id: "kay", project: "engine" } });
  await client.users.updateUser({ user: { id: "ada", project: "analysis" } });
  const first = await watched(["--filter", filter, "--token", token], 2);
  expect(first.code).toBe(0);
  expect(first.lines).toMatchObject([
    { type: "USER_CHANGE_TYPE_UPDATED", user_id: "kay", user: { name: "Kay" }, changed_fields: ["project"] },
    { type: "USER_CHANGE_TYPE_LEFT_FILTER", user_id: "ada" },
  ]);
  expect(first.lines[1]).not.toHaveProperty("user");
  const last = first.all.at(-1)?.change_token ?? "";
  expect(first.stderr).toBe(`go on with --token ${last}\n`);
  await client.users.purgeUser({ id: "kay" });
  const second = await watched(["--filter", filter, "--token", last], 1);
  expect(second.lines).toMatchObject([{ type: "USER_CHANGE_TYPE_PURGED", user_id: "kay" }]);
});

test("watch --with-initial-state begins with the users that there are", async () => {
  await client.users.importUsers({ users: ["x1", "x2"].map((id) => ({ id })) });
  const { lines } = await watched(["--with-initial-state", "--filter", 'id.startsWith("x")'], 2);
  expect(lines.map(({ type, user_id }) => `${type} ${user_id}`)).toEqual([
    "USER_CHANGE_TYPE_CREATED x1",
    "USER_CHANGE_TYPE_CREATED x2",
  ]);
});

test(
  "a watch is one array, one YAML list or one table, if that is asked for, also when it ends by Ctrl-C",
  LONG,
  async () => {
    await client.users.importUsers({ users: ["y1", "y2"].map((id) => ({ id, email: `${id}@example.com` })) });
    const watch = async (output: string) => {
      const args = ["watch", "--with-initial-state", "--filter", 'id.startsWith("y")', "--output", output];
      const { child, finished } = spawnRoster(args, callerOf(server));
      child.stdout.once("data", () => child.kill("SIGINT"));
      const { code, stdout } = await finished;
      expect(code).toBe(0);
      return stdout;
    };
    const changes = [{ user_id: "y1" }, { user_id: "y2", change_token: expect.any(String) }];
    expect(JSON.parse(await watch("json"))).toMatchObject(changes);
    expect(parse(await watch("yaml"))).toMatchObject(changes);
    expect(await watch("table")).toMatch(
      /^TIME +CHANGE +USER +EMAIL +FIELDS\n\S+Z +created +y1 +y1@example\.com +-\n\S+Z +created +y2 /,
    );
  },
);

test("watch says what the server refuses", async () => {
  const wrong = await roster(["watch", "--filter", "nope == 1"], { env: callerOf(server) });
  expect(wrong).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/FILTER_INVALID: filter, at offset 0: .+\n {2}nope == 1\n {2}\^\nnext: .+\n$/),
  });
  const foreign = await roster(["watch", "--token", "nonsense"], { env: callerOf(server) });
  expect(foreign).toMatchObject({ code: 2, stderr: expect.stringContaining("INVALID_ARGUMENT CHANGE_TOKEN_INVALID") });
});
