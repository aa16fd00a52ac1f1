// Everything that can be checked without running Roster. All checks run; any that fails fails the whole.
import { spawnSync } from "node:child_process";

const checks = [
  ["schema lint", "buf lint"],
  ["schema format", "buf format --diff --exit-code proto"],
  [
    "generated code is fresh",
    'buf generate && git diff --exit-code --stat -- gen && test -z "$(git ls-files --others --exclude-standard gen)"',
  ],
  ["format, lint, direction of imports", "biome check --error-on-warnings ."],
  ["types", "tsc"],
  ["unused code and dependencies", "knip"],
] as const;

const failed = checks.filter(([name, command]) => {
  const { status, stdout, stderr } = spawnSync(command, { shell: true, encoding: "utf8" });
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name}`);
  if (status !== 0) {
    console.log(`${stdout}${stderr}`);
  }
  return status !== 0;
});
process.exitCode = failed.length === 0 ? 0 : 1;
