// Everything that can be checked without running Roster. All checks run, at once; any that fails fails the whole.
import { exec } from "node:child_process";

const checks = [
  ["schema lint", "buf lint"],
  ["schema format", "buf format --diff --exit-code proto"],
  ["schema breaks no caller", "node scripts/breaking.ts"],
  ["generated code is fresh", fresh("buf.gen.yaml", "gen")],
  ["generated code of the client is fresh", fresh("packages/client/buf.gen.yaml", "packages/client/gen")],
  ["generated documents are fresh", "node scripts/documents.ts --check"],
  ["links, file names and packages in documents", "node scripts/links.ts"],
  ["format, lint, direction of imports", "biome check --error-on-warnings ."],
  ["types", "tsc"],
  ["types of the client, where there is no Node", "tsc -p packages/client"],
  ["types of the console", "tsc -p packages/console"],
  ["unused code and dependencies", "knip"],
] as const;

const results = await Promise.all(checks.map(([name, command]) => run(name, command)));
process.exitCode = results.every((passed) => passed) ? 0 : 1;

function fresh(template: string, folder: string): string {
  return `to="$(mktemp -d)"; trap "rm -r $to" EXIT; buf generate --template ${template} -o "$to" && diff -rq ${folder} "$to/${folder}"`;
}

function run(name: string, command: string): Promise<boolean> {
  return new Promise((resolve) => {
    exec(command, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const notes = stdout.split("\n").filter((line) => line.startsWith("note: "));
      console.log(error === null ? [`ok   ${name}`, ...notes].join("\n") : `FAIL ${name}\n${stdout}${stderr}`);
      resolve(error === null);
    });
  });
}
