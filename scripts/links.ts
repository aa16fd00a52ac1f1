// Fails if a document links to a file or a heading that does not exist, or names a file of this repository that does not exist, or if
// docs/decisions.md does not say why a package is used.
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const documents = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(ROOT, path)));

const problems = documents.flatMap((path) => [...deadLinks(path), ...missingFiles(path)]).concat(unexplainedPackages());
console.error(problems.join("\n"));
process.exitCode = problems.length === 0 ? 0 : 1;

function deadLinks(path: string): string[] {
  return [...proseOf(path).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, target))
    .map((target) => `${path}: the link ${target} leads nowhere`);
}

function leadsSomewhere(path: string, target: string): boolean {
  const [file = "", anchor] = target.split("#");
  const found = file === "" ? path : relative(ROOT, join(ROOT, dirname(path), file));
  return existsSync(join(ROOT, found)) && (anchor === undefined || anchorsOf(found).includes(anchor));
}

/** What is written as `src/…`, `test/…` or `packages/…` has to be there. */
function missingFiles(path: string): string[] {
  return [...proseOf(path).matchAll(/`((?:src|test|bench|scripts|docs|proto|bin|packages)\/[\w./-]*)`/g)]
    .map(([, file = ""]) => file)
    .filter((file) => !existsSync(join(ROOT, file)))
    .map((file) => `${path}: there is no ${file}`);
}

/** Packages of types need no reason of their own, nor do those of this repository. */
function unexplainedPackages(): string[] {
  const decisions = readFileSync(join(ROOT, "docs/decisions.md"), "utf8").split("\n## Dependencies\n")[1] ?? "";
  const explained = new Set(decisions.split(/[\s|,]+/));
  return globSync(["package.json", "packages/*/package.json"], { cwd: ROOT })
    .flatMap(packagesOf)
    .filter((name) => !/^@(types|roster)\//.test(name) && !explained.has(name))
    .map((name) => `docs/decisions.md: the table of dependencies lacks ${name}`);
}

function packagesOf(path: string): string[] {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, path), "utf8"));
  return Object.keys({ ...dependencies, ...devDependencies });
}

/** The anchors of headings, as GitHub makes them. */
function anchorsOf(path: string): string[] {
  return [...proseOf(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function proseOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8").replace(/^```.*?^```/gms, "");
}
