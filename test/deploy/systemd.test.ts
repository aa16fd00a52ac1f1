import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { ROOT } from "./dockerfile.ts";

const UNITS = ["roster.service", "roster-backup.service"];
const HAS_SYSTEMD = spawnSync("systemd-analyze", ["--version"]).status === 0;

/** The unit, with a path to this checkout. */
function installed(unit: string): string {
  const folder = testFolder();
  const path = join(folder, unit);
  mkdirSync(join(folder, "bin"));
  cpSync(join(ROOT, "bin/roster"), join(folder, "bin/roster"));
  writeFileSync(path, readFileSync(join(ROOT, "deploy/systemd", unit), "utf8").replaceAll("/opt/roster", folder));
  return path;
}

test.runIf(HAS_SYSTEMD).each(UNITS)("systemd finds nothing wrong with %s, and little that it exposes", (unit) => {
  const path = installed(unit);
  const verified = spawnSync("systemd-analyze", ["verify", "--man=no", path], { encoding: "utf8" });
  expect(verified).toMatchObject({ status: 0, stdout: "" });
  const security = spawnSync("systemd-analyze", ["security", "--offline=true", "--threshold=15", path], {
    encoding: "utf8",
  });
  expect(security.stdout).toMatch(/Overall exposure level .* OK/);
  expect(security.status).toBe(0);
});
