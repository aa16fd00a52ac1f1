import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";

const ROOT = join(import.meta.dirname, "../..");
const SCRIPT = join(ROOT, "scripts/breaking.ts");
const ENV = {
  ...process.env,
  PATH: `${join(ROOT, "node_modules/.bin")}${delimiter}${process.env["PATH"]}`,
  GIT_CONFIG_GLOBAL: "/dev/null",
};

/** A checkout of its own, with the schema as it is here in one commit on main. */
function checkout() {
  const folder = testFolder();
  cpSync(join(ROOT, "proto"), join(folder, "proto"), { recursive: true });
  cpSync(join(ROOT, "buf.yaml"), join(folder, "buf.yaml"));
  writeFileSync(join(folder, ".gitignore"), "third_party\n");
  git(folder, "init", "--quiet", "--initial-branch=main");
  return { ...working(folder), ...{ first: () => commit(folder) } };
}

/** What can be done in a checkout. */
function working(folder: string) {
  symlinkSync(join(ROOT, "third_party"), join(folder, "third_party"));
  const user = join(folder, "proto/roster/v1/user.proto");
  return {
    folder,
    git: (...args: string[]) => git(folder, ...args),
    commit: () => commit(folder),
    replace(before: string, after: string) {
      const text = readFileSync(user, "utf8");
      expect(text).toContain(before);
      writeFileSync(user, text.replace(before, after));
    },
    check() {
      const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], { cwd: folder, env: ENV, encoding: "utf8" });
      return { status, output: stdout + stderr };
    },
  };
}

function git(folder: string, ...args: string[]): void {
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  execFileSync("git", [...author, ...args], { cwd: folder, env: ENV, stdio: "pipe" });
}

function commit(folder: string): void {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--allow-empty", "--message=change");
}

const OLD = "optional string about = ";
const BROKEN = "optional string biography = ";
const ADDED = "optional string nickname = 99;\n  ";
const refusal = (name: string) => ({ status: 1, output: expect.stringContaining(name) });
const pass = { status: 0, output: "" };

test("a change that breaks callers is refused before it is committed and after, on main and on a branch", () => {
  const { first, replace, check, commit, git } = checkout();
  first();
  replace(OLD, BROKEN);
  expect(check()).toEqual(refusal('"biography"'));
  commit();
  expect(check()).toEqual(refusal('"biography"'));
  git("branch", "change");
  git("reset", "--quiet", "--hard", "HEAD^");
  git("checkout", "--quiet", "change");
  commit();
  expect(check()).toEqual(refusal('"biography"'));
});

test("a change that breaks nobody passes", () => {
  const { first, replace, check, commit } = checkout();
  first();
  replace(OLD, `${ADDED}${OLD}`);
  expect(check()).toEqual(pass);
  commit();
  expect(check()).toEqual(pass);
});

test("once there is a release, what is in it counts, and nothing else", () => {
  const { first, replace, check, commit, git } = checkout();
  first();
  git("tag", "v1.0.0");
  replace(OLD, `${ADDED}${OLD}`);
  commit();
  replace(ADDED, "");
  commit();
  expect(check()).toEqual(pass);
  replace(OLD, BROKEN);
  commit();
  commit();
  expect(check()).toEqual(refusal("of v1.0.0"));
});

test("a clone of main compares its last commit with the one before; a shallow one says that it can't", () => {
  const { first, replace, commit, folder } = checkout();
  first();
  replace(OLD, BROKEN);
  commit();
  const [whole, shallow] = [join(testFolder(), "whole"), join(testFolder(), "shallow")];
  git(folder, "clone", "--quiet", `file://${folder}`, whole);
  expect(working(whole).check()).toEqual(refusal('"biography"'));
  git(folder, "clone", "--quiet", "--depth=1", `file://${folder}`, shallow);
  expect(working(shallow).check()).toEqual({ status: 0, output: expect.stringContaining("compared with nothing") });
});
