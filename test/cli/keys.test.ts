import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { ApiKeyRole, createRosterClient } from "../../src/client/index.ts";
import { testFolder } from "../support/folder.ts";
import { spawnServer } from "../support/process.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callerOf, roster } from "./run.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test("keys create makes a key that works, and prints its secret as JSON where no person reads", async () => {
  const { users } = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
  const { user } = await users.createUser({ user: { name: "Ada" } });
  const args = ["keys", "create", "--name", "Importer", "--role", "writer", "--user", user?.id ?? ""];
  const { code, stdout } = await roster([...args, "--expires", "2100-01-31T12:00:00Z"], { env: callerOf(server) });
  expect(code).toBe(0);
  const shown: Record<string, string> = JSON.parse(stdout);
  expect(shown).toEqual({
    id: expect.stringMatching(/^K/),
    account_id: "default",
    user_id: user?.id,
    role: "writer",
    secret: expect.stringMatching(/^roster_K/),
  });
  const { apiKey } = await createRosterClient({ baseUrl: server.url, apiKey: shown["secret"] ?? "" }).apiKeys.whoAmI({});
  expect(apiKey).toMatchObject({ displayName: "Importer", role: ApiKeyRole.WRITER, expireTime: { seconds: 4105080000n } });
});

test("keys create tells why the server refuses", async () => {
  const args = ["keys", "create", "--name", "Key", "--role", "reader", "--user", "nobody"];
  expect(await roster(args, { env: callerOf(server) })).toEqual({
    code: 1,
    stdout: "",
    stderr: "roster: NOT_FOUND USER_NOT_FOUND: there is no such user\n",
  });
});

test("beside an embedded database no key need be given", async () => {
  const folder = testFolder();
  const { url, end } = await spawnServer(folder);
  const env = { ROSTER_SERVER: url, ROSTER_DATABASE_URL: `sqlite:${join(folder, "roster.db")}`, ROSTER_API_KEY: "" };
  expect(await roster(["export", "-"], { env })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("First super admin"),
  });
  await end("SIGTERM");
  const elsewhere = { ...env, ROSTER_DATABASE_URL: `sqlite:${join(testFolder(), "roster.db")}` };
  expect(await roster(["export", "-"], { env: elsewhere })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^roster: no API key: give --api-key or ROSTER_API_KEY/),
  });
});

test("--version is that of the package, and --help names every command", async () => {
  expect(await roster(["--version"])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  const { code, stdout } = await roster(["--help"]);
  expect(code).toBe(0);
  for (const command of ["serve", "import", "export", "keys"]) {
    expect(stdout).toContain(`  ${command} `);
  }
});
