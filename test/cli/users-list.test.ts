import { stripVTControlCharacters } from "node:util";
import { createRosterClient } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { LONG } from "../support/bounds.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callerOf, HAS_TERMINAL, printedBy, roster, rosterOnTerminal, rosterRows, spawnRoster } from "./run.ts";

const COUNT = 2_300;
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const { users, accounts, close } = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
  const { account } = await accounts.createAccount({ account: { name: "Other" } });
  await users.createUser({ accountId: account?.id ?? "", user: { id: "elsewhere", name: "Elsewhere" } });
  await users.importUsers({
    users: ["ada", "bob", "kay"].map((id, size) => ({ id, email: `${id}@example.com`, metadata: { team: { size } } })),
  });
  for (let from = 0; from < COUNT; from += 1000) {
    const ids = Array.from({ length: Math.min(1000, COUNT - from) }, (_, n) => `many-${from + n}`);
    await users.importUsers({ users: ids.map((id) => ({ id, project: "many" })) });
  }
  await users.deleteUser({ id: "bob" });
  close();
});
afterAll(() => server.stop());

type User = { readonly id: string };

const list = (...args: string[]) => rosterRows<User>(["users", "list", ...args], callerOf(server));
const idsOf = (users: readonly User[]) => users.map(({ id }) => id);
const printed = async (...args: string[]) =>
  stripVTControlCharacters(await printedBy(["users", "list", ...args], callerOf(server)));
const run = (...args: string[]) => roster(["users", "list", ...args], { env: callerOf(server) });
const few = ["--filter", "has(email)", "--order-by", "email"];

test("a list has a filter, an order, deleted users if they are asked for, and all accounts", async () => {
  expect(idsOf(await list(...few))).toEqual(["ada", "kay"]);
  expect(idsOf(await list("--filter", "metadata.team.size < 5", "--order-by", "id desc", "--show-deleted"))).toEqual([
    "kay",
    "bob",
    "ada",
  ]);
  expect(idsOf(await list("--account", "-", "--filter", 'name == "Elsewhere"'))).toEqual(["elsewhere"]);
});

test("a query finds words, together with a filter", async () => {
  expect(idsOf(await list("--query", "KAY"))).toEqual(["kay"]);
  expect(idsOf(await list("--query", "exam", "--order-by", "id"))).toEqual(["ada", "kay"]);
  expect(idsOf(await list("--query", "exam", "--filter", "metadata.team.size == 0"))).toEqual(["ada"]);
  expect(idsOf(await list("--query", "nobody"))).toEqual([]);
});

test("a long list is cut, and says so; --all is all of it, each user once", LONG, async () => {
  const many = ["--filter", 'project == "many"', "--columns", "id"];
  const first = await run(...many);
  expect(first.stdout.split("\n")).toHaveLength(50 + 1);
  expect(first.stderr).toBe("these are the first 50; --all lists all, --limit more\n");
  expect(await list(...many, "--limit", "1001")).toHaveLength(1001);
  expect(new Set(idsOf(await list(...many, "--all"))).size).toBe(COUNT);
  expect(await run("--filter", 'project == "many"', "--count")).toEqual({
    code: 0,
    stdout: `{"total_size":"${COUNT}"}\n`,
    stderr: "",
  });
});

test("columns are the fields that are asked for, in every format", async () => {
  const columns = [...few, "--columns", "id, metadata.team.size,status"];
  const rows = ["ada", "kay"].map((id, n) => ({ id, metadata: { team: { size: 2 * n } }, status: "USER_STATUS_ACTIVE" }));
  expect(await list(...columns)).toEqual(rows);
  expect(JSON.parse(await printed(...columns, "--json"))).toEqual(rows);
  expect(parse(await printed(...columns, "-o", "yaml"))).toEqual(rows);
  expect(await printed(...columns, "-o", "table")).toBe(
    "ID   METADATA.TEAM.SIZE  STATUS\nada  0                   active\nkay  2                   active\n",
  );
  expect(await printed(...few, "-o", "table")).toMatch(
    /^ID +EMAIL +NAME +STATUS +CREATED\nada +ada@example\.com +- +active +2\S+Z\n/,
  );
});

test("an empty list is one in every format", async () => {
  const none = ["--filter", 'id == "nobody"'];
  expect(await printed(...none)).toBe("");
  expect(await printed(...none, "--json")).toBe("[]\n");
  expect(await printed(...none, "-o", "yaml")).toBe("[]\n");
  expect(await printed(...none, "-o", "table")).toBe("ID  EMAIL  NAME  STATUS  CREATED\n");
});

test("colour is for terminals, unless NO_COLOR or FORCE_COLOR says otherwise", LONG, async () => {
  const table = (env: NodeJS.ProcessEnv) =>
    roster(["users", "list", "-o", "table"], { env: { ...callerOf(server), ...env } });
  expect((await table({ FORCE_COLOR: undefined })).stdout).not.toContain("\u001b[");
  expect((await table({ FORCE_COLOR: "1" })).stdout).toContain("\u001b[1mID");
  expect((await table({ FORCE_COLOR: "0" })).stdout).not.toContain("\u001b[");
});

test("a mistake in the filter is marked", LONG, async () => {
  expect(await run("--filter", "name == 'é' && stauts == 1")).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/FILTER_INVALID: .+\n {2}name == 'é' && stauts == 1\n {17}\^\nnext: .+\n$/),
  });
  const long = `${Array.from({ length: 20 }, () => "name != 'x'").join(" &&\n")} && nope`;
  const { stderr } = await run("--filter", long);
  const [, text = "", mark = ""] = stderr.split("\n");
  expect(text.slice(mark.length - 1)).toBe("nope");
});

test("a list that nobody reads to its end is no failure, and Ctrl-C ends it without a word", LONG, async () => {
  const args = ["users", "list", "--all", "--account", "-"];
  const cut = spawnRoster(args, callerOf(server));
  cut.child.stdout.once("data", () => cut.child.stdout.destroy());
  expect(await cut.finished.catch(() => undefined)).toBeUndefined();
  await expect.poll(() => cut.child.exitCode).toBe(0);
  const interrupted = spawnRoster(args, callerOf(server));
  interrupted.child.stdout.once("data", () => interrupted.child.kill("SIGINT"));
  expect((await interrupted.finished).stderr).toBe("");
  // A shell makes 130 of this.
  expect(interrupted.child.signalCode).toBe("SIGINT");
});

test.runIf(HAS_TERMINAL)("people see a table", async () => {
  const shown = await rosterOnTerminal(["users", "list", "--limit", "1", "--columns", "id,email"], callerOf(server));
  expect(shown).toMatch(/^ID +EMAIL\nmany-\d+ +-\nthese are the first 1; --all lists all, --limit more\n$/);
});
