import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

const ROOT = join(import.meta.dirname, "../..");
const DIST = join(ROOT, "dist");

/** Makes the command that tests start. It finds its packages in the folders above. */
export default function setup(project: TestProject): () => void {
  mkdirSync(DIST, { recursive: true });
  const folder = mkdtempSync(join(DIST, "test-"));
  // Some tests start it as another user.
  chmodSync(folder, 0o755);
  cpSync(join(ROOT, "bin"), join(folder, "bin"), { recursive: true });
  execFileSync(process.execPath, [join(ROOT, "scripts/bundle.ts"), join(folder, "dist/command")]);
  project.provide("command", join(folder, "bin/roster.js"));
  return () => rmSync(folder, { recursive: true, force: true });
}
