import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRosterClient, type RosterClient } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SETTABLE } from "../../src/cli/users/assignments.ts";
import { LONG } from "../support/bounds.ts";
import { COMMAND } from "../support/command.ts";
import { testFolder } from "../support/folder.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callerOf, HAS_TERMINAL, roster, rosterAnswered } from "./run.ts";

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

/** An editor that does this to the JSON of the file, which is `file` for its commands. Leaves what it was given beside itself. */
function editorThat(change: string, command = ""): { env: NodeJS.ProcessEnv; seen: () => Record<string, unknown> } {
  const folder = testFolder();
  const script = join(folder, "editor.mjs");
  const seen = join(folder, "seen");
  writeFileSync(
    script,
    `import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
     import { execFileSync } from "node:child_process";
     const path = process.argv.at(-1);
     copyFileSync(path, ${JSON.stringify(seen)});
     let text = readFileSync(path, "utf8");
     const change = (json) => { ${change}; return json; };
     const changed = change(JSON.parse(text));
     writeFileSync(path, typeof changed === "string" ? changed : JSON.stringify(changed));
     ${command}`,
  );
  const env = { ...callerOf(server), VISUAL: "", EDITOR: `'${process.execPath}' '${script}'` };
  return { env, seen: () => JSON.parse(readFileSync(seen, "utf8")) };
}

const idOf = async (user: object = {}) => (await client.users.createUser({ user })).user?.id ?? "";
const get = async (id: string) => (await client.users.getUser({ key: { case: "id", value: id } })).user;
const keptIn = (stderr: string) => / kept in (\S+?);?\n|kept in (\S+);/.exec(stderr)?.slice(1).find(Boolean) ?? "";

test("what is changed in the editor is saved, a line that is taken out clears its field, and nothing else is written", async () => {
  const id = await idOf({ email: "ada@example.com", name: "Ada", metadata: { b: 1, a: { d: 1, c: 2 } } });
  const change = "json.display_name = 'Ada L.'; delete json.name; json.metadata = { a: { c: 2, d: 1 }, b: 1 }";
  const { env, seen } = editorThat(change);
  const { code, stdout, stderr } = await roster(["users", "edit", "--email", "ada@example.com"], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(Object.keys(seen())).toEqual(["etag", ...SETTABLE]);
  expect(seen()).toMatchObject({ external_id: null, email: "ada@example.com", name: "Ada" });
  expect(JSON.parse(stdout)).toMatchObject({ id, display_name: "Ada L.", version: "2" });
  const user = await get(id);
  expect(user).toMatchObject({ displayName: "Ada L.", email: "ada@example.com", metadata: { a: { c: 2, d: 1 }, b: 1 } });
  expect(user?.name).toBeUndefined();
});

test("an editor that changes nothing writes nothing", async () => {
  const id = await idOf({ name: "Same" });
  const { code, stderr } = await roster(["users", "edit", id], { env: editorThat("").env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "nothing was changed\n" });
  expect((await get(id))?.version).toBe(1n);
});

test("on a conflict the changes are kept, and go on top of those of somebody else", LONG, async () => {
  const id = await idOf({ name: "Kay", project: "old" });
  const update = `execFileSync(process.execPath, [${JSON.stringify(COMMAND)}, "users", "update", "${id}", "--set", "project=new"])`;
  const first = await roster(["users", "edit", id], { env: editorThat("json.name = 'Mine'", update).env });
  expect(first).toMatchObject({
    code: 5,
    stdout: "",
    stderr: expect.stringMatching(
      /^roster: somebody else has changed the user meanwhile \(project\); your changes are kept in /,
    ),
  });
  expect(await get(id)).toMatchObject({ name: "Kay", project: "new" });
  const [, path = ""] = /kept in (\S+)\n/.exec(first.stderr) ?? [];
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ name: "Mine" });
  const again = editorThat("");
  expect(await roster(["users", "edit", id, "--from", path], { env: again.env })).toMatchObject({ code: 0, stderr: "" });
  expect(again.seen()).toMatchObject({ name: "Mine", project: "new" });
  expect(await get(id)).toMatchObject({ name: "Mine", project: "new" });
});

test("a text that is wrong is kept, and the command says what is wrong with it", LONG, async () => {
  const id = await idOf({ name: "Right" });
  const edited = async (change: string) => {
    const { code, stderr } = await roster(["users", "edit", id], { env: editorThat(change).env });
    expect(code).not.toBe(0);
    expect(keptIn(stderr)).not.toBe("");
    return stderr;
  };
  expect(await edited("return '{'")).toContain("that is no JSON: ");
  expect(await edited("json.nmae = 'x'")).toContain('"nmae" is no field that can be set; did you mean name?');
  expect(await edited("json.super_admin = 'yes'")).toContain("super_admin");
  const refused = await edited("json.email = 'nowhere'; json.name = 'Left'");
  expect(refused).toContain("roster: INVALID_ARGUMENT FIELD_INVALID: user.email");
  expect(JSON.parse(readFileSync(keptIn(refused), "utf8"))).toEqual({ email: "nowhere", name: "Left" });
  expect(await get(id)).toMatchObject({ name: "Right", version: 1n });
});

test("an editor that fails, or that there is none of, changes nothing", async () => {
  const id = await idOf();
  const edit = (env: NodeJS.ProcessEnv) =>
    roster(["users", "edit", id], { env: { ...callerOf(server), VISUAL: "", ...env } });
  expect(await edit({ EDITOR: "false" })).toMatchObject({
    code: 1,
    stderr: "roster: the editor (false) ended with code 1\n",
  });
  expect(await edit({ EDITOR: "" })).toMatchObject({ code: 2, stderr: expect.stringContaining("edit needs a terminal") });
});

test.runIf(HAS_TERMINAL)("at a terminal a text that is wrong may be edited again", LONG, async () => {
  const id = await idOf();
  const { env } = editorThat("json.email = json.email === 'nowhere' ? 'good@example.com' : 'nowhere'");
  const { code, shown } = await rosterAnswered(["users", "edit", id], env, [["Edit again? [Y/n] ", "\r"]]);
  expect({ code, shown }).toMatchObject({ code: 0, shown: expect.stringContaining("FIELD_INVALID") });
  expect(await get(id)).toMatchObject({ email: "good@example.com" });
});
