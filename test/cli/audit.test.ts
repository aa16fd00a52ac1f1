import { stripVTControlCharacters } from "node:util";
import { ApiKeyRole, createRosterClient, type RosterClient } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LONG } from "../support/bounds.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callerOf, HAS_TERMINAL, printedBy, roster, rosterOnTerminal, rosterRows, rowsUntil, spawnRoster } from "./run.ts";

let server: TestServer;
let client: RosterClient;
let ada: string;
let accountId: string;
beforeAll(async () => {
  server = await startTestServer();
  client = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
  const { user } = await client.users.createUser({ userId: "ada", user: { name: "Ada" } });
  ada = user?.id ?? "";
  await client.users.updateUser({ user: { id: ada, name: "Ada L", email: "ada@example.com" }, requestId: "r-1" });
  const { account } = await client.accounts.createAccount({ account: { name: "Other" } });
  accountId = account?.id ?? "";
  await client.users.createUser({ accountId, user: { id: "elsewhere" } });
});
afterAll(async () => {
  client.close();
  await server.stop();
});

type Entry = { readonly sequence: string; readonly method: string; readonly resource_id: string; resume_token?: string };

const list = (...args: string[]) => rosterRows<Entry>(["audit", "list", ...args], callerOf(server));
const run = (...args: string[]) => roster(["audit", ...args], { env: callerOf(server) });
const printed = async (...args: string[]) =>
  stripVTControlCharacters(await printedBy(["audit", "list", ...args], callerOf(server)));
const watched = (args: readonly string[], count: number) =>
  rowsUntil<Entry>(["audit", "watch", ...args], callerOf(server), count);
const aboutAda = ["--filter", 'user_id == "ada"'];

test("a list has who did what, when, from where, newest first, with the names of changed fields and no values", async () => {
  expect(await list(...aboutAda, "--limit", "1")).toEqual([
    {
      account_id: "default",
      sequence: expect.any(String),
      time: expect.stringMatching(/^2\S+Z$/),
      method: "roster.v1.UserService/UpdateUser",
      caller_account_id: "",
      caller_user_id: expect.stringMatching(/./),
      api_key_id: expect.stringMatching(/./),
      token_issuer: "",
      token_subject: "",
      address: "127.0.0.1",
      request_id: "r-1",
      outcome: "AUDIT_OUTCOME_DONE",
      action: "AUDIT_ACTION_UPDATED",
      resource: "AUDIT_RESOURCE_USER",
      resource_id: "ada",
      user_id: "ada",
      changed_fields: ["email", "name"],
      count: "1",
      refusal: "",
    },
  ]);
});

test("a list has an order, a limit, a count, columns, and other accounts", async () => {
  const entries = await list("--all", "--order-by", "sequence");
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => String(index + 1)));
  expect(await list("--all")).toEqual(entries.toReversed());
  const columns = ["--columns", "call,what,fields,resource_id"];
  expect(await list(...aboutAda, ...columns)).toEqual([
    { call: "UpdateUser", what: "updated", fields: "email, name", resource_id: "ada" },
    { call: "CreateUser", what: "created", fields: "-", resource_id: "ada" },
  ]);
  expect(await printed(...aboutAda, "--count")).toBe('{"total_size":"2"}\n');
  expect((await list("--account", accountId)).map(({ resource_id }) => resource_id)).toContain("elsewhere");
});

test("a table is for people: short names, refusals as such", async () => {
  const { apiKey, secret } = await client.apiKeys.createApiKey({
    apiKey: { displayName: "reader", role: ApiKeyRole.READER },
  });
  const reader = createRosterClient({ baseUrl: server.url, apiKey: secret });
  await expect(reader.users.deleteUser({ id: ada })).rejects.toThrow("permission_denied");
  reader.close();
  const table = await printed("--filter", `api_key_id == "${apiKey?.id}" || user_id == "ada"`, "-o", "table");
  const [titles, ...rows] = table.trimEnd().split("\n");
  expect(titles).toMatch(/^TIME +CALLER USER ID +ADDRESS +CALL +WHAT +RESOURCE +RESOURCE ID +FIELDS$/);
  expect(rows).toEqual([
    expect.stringMatching(/^2\S+Z +\S+ +127\.0\.0\.1 +DeleteUser +refused +user +ada +-$/),
    expect.stringMatching(/^2\S+Z +\S+ +127\.0\.0\.1 +UpdateUser +updated +user +ada +email, name$/),
    expect.stringMatching(/^2\S+Z +\S+ +127\.0\.0\.1 +CreateUser +created +user +ada +-$/),
  ]);
});

test("a long list is cut, and says so; --all is all of it, each entry once", LONG, async () => {
  const COUNT = 1_100;
  await client.users.importUsers({ users: Array.from({ length: 1000 }, (_, n) => ({ id: `many-${n}` })) });
  await client.users.importUsers({ users: Array.from({ length: COUNT - 1000 }, (_, n) => ({ id: `many-1${n}-` })) });
  const many = ["--filter", 'user_id.startsWith("many-")', "--columns", "sequence"];
  const cut = await run("list", ...many);
  expect(cut.stdout.trimEnd().split("\n")).toHaveLength(50);
  expect(cut.stderr).toBe("these are the first 50; --all lists all, --limit more\n");
  expect(new Set((await list(...many, "--all")).map(({ sequence }) => sequence)).size).toBe(COUNT);
});

test("watch begins with the start of the log, or after a token; its lines are those of the list", LONG, async () => {
  const first = await watched(["--from-start", ...aboutAda], 2);
  expect(first.code).toBe(0);
  const rows = first.rows.map(({ resume_token, ...row }) => row);
  expect(rows.slice(0, 2)).toEqual((await list(...aboutAda, "--order-by", "sequence")).slice(0, 2));
  const token = first.rows.at(-1)?.resume_token ?? "";
  expect(first.stderr).toMatch(/^go on with --token \S+\n$/);
  await client.users.deleteUser({ id: ada });
  const second = await watched(["--token", token, "--filter", 'user_id == "ada" && action == "DELETED"'], 1);
  expect(second.rows[0]).toMatchObject({ method: "roster.v1.UserService/DeleteUser", resource_id: "ada" });
  await client.users.undeleteUser({ id: ada });
});

test("watch begins with the next entry, and is a table if that is asked for", LONG, async () => {
  const { child, finished } = spawnRoster(["audit", "watch", "--output", "table"], callerOf(server));
  let ended = false;
  child.stdout.once("data", () => child.kill("SIGINT"));
  child.once("exit", () => {
    ended = true;
  });
  // Nobody is told when a watch has begun: so changes are made until one is seen.
  await expect
    .poll(async () => {
      await client.users.createUser({ user: { name: "Next" } });
      return ended;
    })
    .toBe(true);
  const { code, stdout } = await finished;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^TIME +CALLER USER ID .+\n\S+Z +\S+ +127\.0\.0\.1 +CreateUser +created +user +\S+ +-\n/);
  expect(stdout).not.toContain(" ada ");
});

test("mistakes and refusals say what to do", LONG, async () => {
  expect(await run("list", "--columns", "methd")).toMatchObject({ code: 2, stderr: expect.stringContaining("method") });
  expect(await run("watch", "--from-start", "--token", "T")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("cannot be used with option"),
  });
  expect(await run("watch", "--filter", "nope == 1")).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/FILTER_INVALID: filter, at offset 0: .+\n {2}nope == 1\n {2}\^\nnext: .+\n$/),
  });
  expect(await run("watch", "--token", "nonsense")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("RESUME_TOKEN_INVALID"),
  });
  const { secret } = await client.apiKeys.createApiKey({ apiKey: { displayName: "writer", role: ApiKeyRole.WRITER } });
  expect(await roster(["audit", "list"], { env: callerOf({ url: server.url, secret }) })).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/PERMISSION_DENIED: .+\nnext: call with a key that may/),
  });
});

test.runIf(HAS_TERMINAL)("people see a table", LONG, async () => {
  const shown = await rosterOnTerminal(["audit", "list", ...aboutAda, "--limit", "1"], callerOf(server));
  expect(shown).toMatch(/^TIME +CALLER USER ID .+\n\S+Z .+ ada +.+\nthese are the first 1; --all lists all/);
});

test("a token that the log no longer reaches back to says how to begin again", LONG, async () => {
  const { rows } = await watched(["--from-start"], 1);
  const token = rows.findLast(({ resume_token }) => resume_token !== undefined)?.resume_token ?? "";
  await client.users.createUser({ user: { name: "Later" } });
  await server.store.prune({ changes: 0, answers: 0, audit: Number.MAX_SAFE_INTEGER });
  expect(await run("watch", "--token", token)).toMatchObject({
    code: 5,
    stdout: "",
    stderr: expect.stringMatching(/RESUME_TOKEN_EXPIRED: .+\nnext: .+`roster audit watch --from-start`\n$/),
  });
});
