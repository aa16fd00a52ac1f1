// Makes the package that is published, in dist/ or the folder that is named: `npm pack ./dist`. In this repository the source itself is imported.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = import.meta.dirname;
const folder = resolve(process.argv[2] ?? join(ROOT, "dist"));

rmSync(folder, { recursive: true, force: true });
execFileSync("tsc", ["-p", join(ROOT, "tsconfig.dist.json"), "--outDir", join(folder, "lib")], { stdio: "inherit" });
for (const name of ["gen", "README.md"]) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
writeFileSync(join(folder, "package.json"), publishedManifest());

function publishedManifest(): string {
  const text = readFileSync(join(ROOT, "package.json"), "utf8").replaceAll(/"\.\/src\/(.+)\.ts"/g, '"./lib/$1.js"');
  const { private: _, scripts: __, ...manifest } = JSON.parse(text);
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
