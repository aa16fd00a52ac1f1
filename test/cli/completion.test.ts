import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { candidatesFor } from "../../src/cli/completion/candidates.ts";
import { SHELLS } from "../../src/cli/completion/shells.ts";
import { ProfileStore } from "../../src/cli/profiles/store.ts";
import { createProgram } from "../../src/cli/program.ts";
import { LONG } from "../support/bounds.ts";
import { COMMAND } from "../support/command.ts";
import { createFolder } from "../support/folder.ts";

const sources = { profile: () => ["prod", "staging"] };
const found = (...words: string[]) => {
  const { values, files } = candidatesFor(createProgram({}), words, sources);
  return [...values.map(({ value }) => value), ...(files ? [":files"] : [])];
};

test.each([
  [["us"], ["users"]],
  [
    ["users", "u"],
    ["update", "undelete"],
  ],
  [["complet"], ["completion"]],
  [
    ["users", "list", "--o"],
    ["--order-by", "--output"],
  ],
  [
    ["users", "list", "--output", ""],
    ["table", "json", "ndjson", "yaml"],
  ],
  [["users", "list", "--output", "=", "y"], ["yaml"]],
  [["users", "list", "-o", "n"], ["ndjson"]],
  [["users", "list", "--output=y"], ["--output=yaml"]],
  [["users", "list", "--columns", "display"], ["display_name"]],
  [
    ["users", "list", "--columns", "id,em"],
    ["id,email", "id,email_verify_time"],
  ],
  [["users", "list", "--columns=email,em"], ["--columns=email,email_verify_time"]],
  [["users", "list", "--filter", ""], []],
  [["users", "list", "--filter", "--o"], []],
  [["users", "get", "--email", "x", "--show"], ["--show-deleted"]],
  [["users", "get", "--", "--show"], []],
  [["users", "list", "--profile", "s"], ["staging"]],
  [
    ["profile", "show", ""],
    ["prod", "staging"],
  ],
  [["profile", "add", ""], []],
  [["keys", "create", "--role", "w"], ["writer"]],
  [["import", ""], [":files"]],
  [["users", "list", "--ca", "x"], [":files"]],
  [["import", "a.csv", "--mode", "u"], ["upsert"]],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
  [["serve", "--http"], ["--http-address"]],
])("behind %j there may stand %j", (words, expected) => {
  expect(found(...words)).toEqual(expected);
});

test("commands are proposed where one may stand, options only where nothing else can", () => {
  expect(found("")).toEqual(expect.arrayContaining(["serve", "users", "keys"]));
  expect(found("")).not.toContain("complete");
  expect(found("users", "")).toEqual(expect.arrayContaining(["list", "purge"]));
  expect(found("users", "list", "")).toEqual(expect.arrayContaining(["--filter", "--all", "--help"]));
  expect(found("users", "get", "ada", "")).toContain("--show-deleted");
});

let env: NodeJS.ProcessEnv;
const { path: folder, remove } = createFolder();
afterAll(remove);
beforeAll(() => {
  const config = join(folder, "config");
  new ProfileStore({ XDG_CONFIG_HOME: config }).put("production", { server: "http://127.0.0.1:8080" });
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/roster"), `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`, { mode: 0o755 });
  writeFileSync(join(folder, "some users.ndjson"), "");
  env = { ...process.env, XDG_CONFIG_HOME: config, HOME: folder, PATH: `${folder}/bin:${process.env["PATH"]}` };
});

/** What the shell itself has for each of these lines; the cursor is at their ends. */
const ASK = {
  bash: (line: string) => {
    const words = line.split(" ").map((word) => `'${word}'`);
    const set = `COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}`;
    return `eval "$(roster completion bash)"; ${set}; _roster roster; printf '%s\\n' "\${COMPREPLY[@]}"`;
  },
  // What zsh's own functions are given; they work inside of its line editor only.
  zsh: (line: string) => {
    const words = line.split(" ").map((word) => `'${word}'`);
    const caught = `compdef() { handler=$1 }; _describe() { print -l -- "\${(@)\${(P@)4}%%:*}" }; _files() { print -l -- *.ndjson }`;
    return `${caught}; eval "$(roster completion zsh)"; words=(${words.join(" ")}); CURRENT=${words.length}; $handler`;
  },
  fish: (line: string) => `roster completion fish | source; complete -C '${line}' | string replace -r '\\t.*' ''`,
} satisfies Record<keyof typeof SHELLS, (line: string) => string>;

const has = (shell: string) => spawnSync(shell, ["-c", "true"], { stdio: "ignore" }).status === 0;

// A gate has all three.
for (const shell of Object.keys(SHELLS) as Array<keyof typeof SHELLS>) {
  test.skipIf(!has(shell) && !process.env["CI"])(`${shell} completes commands, choices, profiles and files`, LONG, () => {
    const complete = (line: string) => {
      const { stdout, stderr } = spawnSync(shell, ["-c", ASK[shell](line)], { env, cwd: folder, encoding: "utf8" });
      expect(stderr).toBe("");
      return stdout.split("\n").filter(Boolean);
    };
    expect(complete("roster users un")).toEqual(["undelete"]);
    expect(complete("roster users list --output nd")).toEqual(["ndjson"]);
    expect(complete("roster profile use ")).toEqual(["production"]);
    expect(complete("roster import some")).toEqual(["some users.ndjson"]);
  });
}
