// Makes the package that is published, in dist/: `npm pack ./dist`. In this repository the source itself is imported.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = import.meta.dirname;
const DIST = join(ROOT, "dist");

rmSync(DIST, { recursive: true, force: true });
execFileSync("tsc", ["-p", join(ROOT, "tsconfig.dist.json")], { stdio: "inherit" });
for (const name of ["gen", "README.md"]) cpSync(join(ROOT, name), join(DIST, name), { recursive: true });
writeFileSync(join(DIST, "package.json"), publishedManifest());

function publishedManifest(): string {
  const text = readFileSync(join(ROOT, "package.json"), "utf8").replaceAll(/"\.\/src\/(.+)\.ts"/g, '"./lib/$1.js"');
  const { private: _, scripts: __, devDependencies: ___, ...manifest } = JSON.parse(text);
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
