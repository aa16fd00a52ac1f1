import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { ApiKeyRole, createRosterClient } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { testFolder } from "../support/folder.ts";
import { spawnServer } from "../support/process.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callerOf, roster, rosterJson, rosterRows } from "./run.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test("keys create makes a key that works, and prints its secret as JSON when the output is no terminal", async () => {
  const { users } = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
  const { user } = await users.createUser({ user: { name: "Ada" } });
  const args = ["keys", "create", "--name", "Importer", "--role", "writer", "--user", user?.id ?? ""];
  const { code, stdout } = await roster([...args, "--expires", "2100-01-31T12:00:00Z"], { env: callerOf(server) });
  expect(code).toBe(0);
  const shown: Record<string, string> = JSON.parse(stdout);
  expect(shown).toEqual({
    id: expect.stringMatching(/^K/),
    account_id: "default",
    display_name: "Importer",
    user_id: user?.id,
    role: "API_KEY_ROLE_WRITER",
    create_time: expect.any(String),
    expire_time: "2100-01-31T12:00:00Z",
    require_nonce: false,
    certificate_names: [],
    secret: expect.stringMatching(/^roster_K/),
  });
  const { apiKey } = await createRosterClient({ baseUrl: server.url, apiKey: shown["secret"] ?? "" }).apiKeys.whoAmI({});
  expect(apiKey).toMatchObject({ displayName: "Importer", role: ApiKeyRole.WRITER, expireTime: { seconds: 4105080000n } });
});

test("keys create takes the role SELF and a rate limit, and says what a wrong one should be", async () => {
  const shown = await run("create", "--name", "Page", "--role", "self", "--rate-limit", "10:50");
  expect(shown).toMatchObject({ role: "API_KEY_ROLE_SELF", rate_limit: { per_second: 10, burst: 50 } });
  const args = ["keys", "create", "--name", "Page", "--role", "self", "--rate-limit", "many"];
  expect(await roster(args, { env: callerOf(server) })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("100:500"),
  });
});

interface Key {
  readonly id: string;
  readonly secret?: string;
  readonly revoke_time?: string;
}

const run = <T>(...args: string[]) => rosterJson<T>(["keys", ...args], callerOf(server));
const list = (...args: string[]) => rosterRows<Key>(["keys", "list", ...args], callerOf(server));
const createKey = () => run<Key>("create", "--name", "Reader", "--role", "reader");
const whoAmI = (secret = "") => createRosterClient({ baseUrl: server.url, apiKey: secret }).apiKeys.whoAmI({});

test("keys list and get show every key, and no secret", async () => {
  const { secret, id } = await createKey();
  const keys = await list();
  const { apiKey } = await whoAmI(server.secret);
  expect(keys.map((key) => key.id)).toEqual(expect.arrayContaining([apiKey?.id, id]));
  expect(await run<Key>("get", id)).toEqual(keys.at(-1));
  expect(await list("--filter", `id == "${id}"`)).toEqual([keys.at(-1)]);
  expect(await list("--filter", `id == "${id}"`, "--columns", "id,state")).toEqual([{ id, state: "active" }]);
  expect(JSON.stringify(keys)).not.toContain(secret?.split("_")[2]);
});

test("keys rotate gives a new secret, and the old one works as long as asked for", async () => {
  const { id, secret: first } = await createKey();
  const { secret: second } = await run<Key>("rotate", id, "--overlap", "1h");
  expect((await whoAmI(first)).apiKey?.id).toBe(id);
  expect((await whoAmI(second)).apiKey?.id).toBe(id);
  expect(await run<Key>("rotate", id)).toMatchObject({ id, account_id: "default", secret: expect.any(String) });
  await expect(whoAmI(second)).rejects.toMatchObject({ code: Code.Unauthenticated });
});

test("keys revoke ends a key", async () => {
  const { id, secret } = await createKey();
  expect(await run<Key>("revoke", id)).toMatchObject({ id, revoke_time: expect.any(String) });
  await expect(whoAmI(secret)).rejects.toMatchObject({ code: Code.Unauthenticated });
  await expect(run("rotate", id)).rejects.toThrow("FAILED_PRECONDITION API_KEY_REVOKED: ");
});

test("keys of another account are reached with --account", async () => {
  const { accounts } = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
  const { account } = await accounts.createAccount({ account: { name: "Empty" } });
  expect(await list("--account", account?.id ?? "")).toEqual([]);
  await expect(list("--account", "nowhere")).rejects.toThrow("NOT_FOUND ACCOUNT_NOT_FOUND: ");
});

test("keys create prints why the server refuses", async () => {
  const args = ["keys", "create", "--name", "Key", "--role", "reader", "--user", "nobody"];
  expect(await roster(args, { env: callerOf(server) })).toEqual({
    code: 3,
    stdout: "",
    stderr: expect.stringMatching(
      /^roster: NOT_FOUND USER_NOT_FOUND: there is no such user \(call [0-9a-f-]{36}\)\nnext: .+\n$/,
    ),
  });
});

test("on the machine of a SQLite database no key has to be given", async () => {
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

test("the key and the database may be named by files", async () => {
  const folder = testFolder();
  const { url, end } = await spawnServer(folder);
  const databaseUrl = join(folder, "url");
  writeFileSync(databaseUrl, `sqlite:${join(folder, "roster.db")}\n`);
  const env = { ROSTER_SERVER: url, ROSTER_API_KEY: "" };
  const listBy = (files: Record<string, string>) => roster(["keys", "list"], { env: { ...env, ...files } });
  const found = { code: 0, stdout: expect.stringContaining("API_KEY_ROLE_ADMIN"), stderr: "" };
  expect(await listBy({ ROSTER_API_KEY_FILE: join(folder, "admin.key") })).toEqual(found);
  expect(await listBy({ ROSTER_DATABASE_URL_FILE: databaseUrl })).toEqual(found);
  expect(await roster(["migrate", "--check"], { env: { ROSTER_DATABASE_URL_FILE: databaseUrl } })).toEqual({
    code: 0,
    stdout: "up to date\n",
    stderr: "",
  });
  await end("SIGTERM");
});

test("files that can't be read are wrong settings of the command line, too, and flags win over them", async () => {
  const nowhere = join(testFolder(), "nowhere");
  const env = { ROSTER_API_KEY: "", ROSTER_API_KEY_FILE: nowhere };
  expect(await roster(["keys", "list"], { env })).toEqual({
    code: 2,
    stdout: "",
    stderr: `roster: ROSTER_API_KEY_FILE=${nowhere}: can't be read (ENOENT: no such file or directory)\n`,
  });
  const { stdout } = await roster(["keys", "list", "--api-key", server.secret, "--server", server.url], { env });
  expect(stdout).toContain("API_KEY_ROLE_ADMIN");
  const database = `sqlite:${join(testFolder(), "roster.db")}`;
  const files = { ROSTER_DATABASE_URL_FILE: nowhere, ROSTER_BOOTSTRAP_KEY_FILE: nowhere };
  expect(await roster(["migrate", "--database-url", database], { env: files })).toMatchObject({ code: 0 });
  const serve = ["serve", "--database-url", database, "--bootstrap-key", "wrong", "--http-address", "wrong"];
  const { code, stderr } = await roster(serve, { env: files });
  expect({ code, settings: stderr.match(/ROSTER_\w+/g) }).toEqual({
    code: 2,
    settings: ["ROSTER_HTTP_ADDRESS", "ROSTER_BOOTSTRAP_KEY"],
  });
});

test("--version is that of the package, and --help names every command", async () => {
  expect(await roster(["--version"])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  const { code, stdout } = await roster(["--help"]);
  expect(code).toBe(0);
  for (const command of ["serve", "import", "export", "accounts", "keys", "sessions"]) {
    expect(stdout).toContain(`  ${command} `);
  }
});
