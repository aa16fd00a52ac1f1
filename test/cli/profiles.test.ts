import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { secretKeyId } from "../../src/directory/keys/api-key.ts";
import { LONG } from "../support/bounds.ts";
import { testFolder } from "../support/folder.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { HAS_TERMINAL, roster, rosterAnswered, rosterJson, rosterRows } from "./run.ts";

let server: TestServer;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  env = { XDG_CONFIG_HOME: testFolder(), ROSTER_DATABASE_URL: `sqlite:${join(testFolder(), "roster.db")}` };
});

const add = (name: string, ...options: string[]) =>
  roster(["profile", "add", name, "--server", server.url, ...options], { env, input: `${server.secret}\n` });
const whoAmI = (args: string[] = [], more: NodeJS.ProcessEnv = {}) =>
  rosterJson<Record<string, unknown>>(["whoami", ...args], { ...env, ...more });
const fileOf = (name: string) => join(env["XDG_CONFIG_HOME"] ?? "", "roster/profiles", `${name}.json`);
/** A profile without a call of the command, which takes its time. */
const put = async (name: string, profile: object) => {
  const { ProfileStore } = await import("../../src/cli/profiles/store.ts");
  new ProfileStore(env).put(name, { server: server.url, ...profile });
};

test("a profile remembers server and key: the first is in use at once, its file is its owner's alone", LONG, async () => {
  const added = await add("prod", "--account", "default");
  expect(added).toEqual({ code: 0, stdout: "", stderr: `profile prod is in ${fileOf("prod")}, and is in use\n` });
  expect(statSync(fileOf("prod")).mode & 0o777).toBe(0o600);
  const folder = join(env["XDG_CONFIG_HOME"] ?? "", "roster");
  expect([folder, join(folder, "profiles")].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700]);
  expect(readdirSync(folder).sort()).toEqual(["profile", "profiles"]);
  const apiKeyId = secretKeyId(server.secret);
  const me = {
    server: server.url,
    profile: "prod",
    key: apiKeyId,
    key_from: "profile prod",
    role: "admin",
    account_id: "default",
  };
  expect(await whoAmI()).toMatchObject(me);
  const shown = await roster(["profile", "show"], { env });
  expect(JSON.parse(shown.stdout)).toEqual({
    name: "prod",
    server: server.url,
    account: "default",
    api_key: `roster_${apiKeyId}_***`,
    file: fileOf("prod"),
  });
});

test("profiles are listed, used and forgotten; a name is not taken twice by accident", LONG, async () => {
  await put("a", { api_key: server.secret });
  await put("b", { api_key: server.secret, account: "x" });
  const list = () => rosterRows(["profile", "list"], env);
  const run = (...args: string[]) => rosterJsonless(["profile", ...args]);
  expect(await list()).toEqual([
    { name: "a", server: server.url, account: "", in_use: false },
    { name: "b", server: server.url, account: "x", in_use: false },
  ]);
  await run("use", "b");
  expect(await list()).toMatchObject([{ in_use: false }, { in_use: true }]);
  expect(await add("a")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("there is a profile a already\nnext: --replace"),
  });
  expect(await add("a", "--replace")).toMatchObject({ code: 0, stderr: expect.stringContaining("`roster profile use a`") });
  await run("remove", "b");
  expect(await list()).toMatchObject([{ name: "a", in_use: false }]);
  await expect(run("use", "aa")).rejects.toThrow("there is no profile aa; did you mean a?");
  await expect(run("remove", "../a")).rejects.toThrow("a profile's name has letters, digits");
  await expect(run("use")).rejects.toThrow("give the name of a profile, or --none");
});

const rosterJsonless = async (args: string[]) => {
  const { createProgram } = await import("../../src/cli/program.ts");
  await createProgram(env).parseAsync(args, { from: "user" });
};

test("flags go before the environment, the environment before the profile, --profile before ROSTER_PROFILE before the one in use", async () => {
  const key = join(testFolder(), "key");
  writeFileSync(key, `${server.secret}\n`);
  await put("used", { api_key_file: key, account: "of-profile" });
  await put("named", { api_key: server.secret });
  await put("flag", { api_key: server.secret });
  await rosterJsonless(["profile", "use", "used"]);
  expect(await whoAmI()).toMatchObject({ profile: "used", account_id: "of-profile", key_from: "profile used" });
  expect(await whoAmI(["--account", "of-flag"])).toMatchObject({ account_id: "of-flag" });
  expect(await whoAmI([], { ROSTER_PROFILE: "named" })).toMatchObject({ profile: "named", account_id: "default" });
  expect(await whoAmI(["--profile", "flag"], { ROSTER_PROFILE: "named" })).toMatchObject({ profile: "flag" });
  expect(await whoAmI([], { ROSTER_API_KEY: server.secret })).toMatchObject({ profile: "used", key_from: "ROSTER_API_KEY" });
  const both = { ROSTER_API_KEY: "roster_wrong" };
  expect(await whoAmI(["--api-key", server.secret], both)).toMatchObject({ key_from: "--api-key" });
  await expect(whoAmI([], both)).rejects.toThrow("next: check the key (ROSTER_API_KEY)");
});

test("the key of a profile is shown to the server of the profile, and to no other", async () => {
  await put("prod", { server: "https://roster.example.com", api_key: server.secret });
  const elsewhere = ["--profile", "prod", "--server", server.url];
  await expect(whoAmI(elsewhere)).rejects.toThrow(
    "no API key: give --api-key or ROSTER_API_KEY (that of profile prod is for https://",
  );
  expect(await whoAmI([...elsewhere, "--api-key", server.secret])).toMatchObject({ profile: "", key_from: "--api-key" });
});

test("a file that others can read is refused, and so is one that is broken; nothing is changed", async () => {
  await put("prod", { api_key: server.secret });
  chmodSync(fileOf("prod"), 0o640);
  const refused = await roster(["whoami", "--profile", "prod"], { env });
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^roster: others can read \S+prod\.json, .+\nnext: chmod 600 /),
  });
  expect(refused.stderr).not.toContain(server.secret);
  chmodSync(fileOf("prod"), 0o600);
  for (const [text, problem] of [
    ["{", "JSON"],
    ["[]", "no JSON object"],
    ['{"server":"http://x","apikey":"y"}', '"apikey" is no field of a profile'],
    ['{"api_key":"y"}', "it names no server"],
  ] as const) {
    writeFileSync(fileOf("prod"), text);
    await expect(whoAmI(["--profile", "prod"])).rejects.toThrow(problem);
  }
});

test("what can't be right is refused when a profile is added, and nothing is kept of it", LONG, async () => {
  const refusal = async (input: string, ...options: string[]) => {
    const { code, stderr } = await roster(["profile", "add", "new", ...options], { env, input });
    expect({ code, kept: existsSync(fileOf("new")) }).toEqual({ code: 2, kept: false });
    return stderr;
  };
  const at = ["--server", server.url];
  expect(await refusal("", ...at)).toContain("no key was given: type it, give it on standard input");
  expect(await refusal("two words", ...at)).toContain("that is no key");
  expect(await refusal("", ...at, "--key-file", "/nowhere")).toContain("can't read the key in /nowhere: ENOENT");
  expect(await refusal("", ...at, "--ca", import.meta.filename)).toContain("must be a file with a certificate in PEM");
  expect(await refusal("", "--server", "localhost:8080")).toContain("must be a URL");
});

test.runIf(HAS_TERMINAL)("at a terminal the key is asked for, and not shown", async () => {
  const args = ["profile", "add", "typed", "--server", server.url];
  const { code, shown } = await rosterAnswered(args, env, [["Key (not shown): ", `${server.secret}\r`]]);
  expect(code).toBe(0);
  expect(shown).not.toContain(server.secret.slice(-20));
  expect(JSON.parse(readFileSync(fileOf("typed"), "utf8"))).toEqual({ server: server.url, api_key: server.secret });
});
