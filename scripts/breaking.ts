// Fails if the schema of the working tree breaks callers of the one before: that of the last release, or, while there is none, of main.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const base = findBase();
if (base === undefined) {
  console.log("note: there is no earlier commit here, as in a shallow clone, so the schema was compared with nothing");
} else {
  compareWith(base);
}

/** A tag, or the id of a commit. */
function findBase(): string | undefined {
  const release = git("describe", "--tags", "--abbrev=0");
  if (release !== undefined) {
    return release;
  }
  const branched = git("merge-base", "HEAD", "origin/HEAD") ?? git("merge-base", "HEAD", "main");
  const head = git("rev-parse", "HEAD");
  if (branched !== undefined && branched !== head) {
    return branched;
  }
  // On main itself: what is not committed yet, or else what the last commit brought.
  return git("status", "--porcelain", "--", "proto") ? head : git("rev-parse", "--verify", "HEAD^");
}

function compareWith(commit: string): void {
  const folder = mkdtempSync(join(tmpdir(), "roster-schema-"));
  try {
    const archive = execFileSync("git", ["archive", commit, "proto"], { maxBuffer: 2 ** 28 });
    execFileSync("tar", ["-x", "-C", folder], { input: archive });
    // Of today: how modules are laid out, and the schemas of others, which are not committed.
    for (const name of ["buf.yaml", "third_party"]) cpSync(name, join(folder, name), { recursive: true });
    const { status } = spawnSync("buf", ["breaking", "--against", folder], { stdio: "inherit" });
    if (status !== 0) {
      console.error(`this breaks callers of the schema of ${commit}`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What git answers; undefined if it fails. */
function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
