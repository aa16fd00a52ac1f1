// What bin/roster runs. Old Node versions can't even load the database driver, so the version comes first.
import { existsSync } from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `roster: Node ${process.versions.node} is too old; Roster needs 22.18 or later. In a clone of the repository, use \`npm run roster --\` instead: it brings its own.`,
  );
  process.exit(2);
}
const command = join(import.meta.dirname, "../dist/command/roster.cjs");
if (!existsSync(command)) {
  console.error("roster: it has not been built yet, which `npm install` does; `npm run bundle` does it alone.");
  process.exit(2);
}
// Beside what it is made of, and with it replaced. Where it can't be written, each start compiles.
module.enableCompileCache(join(dirname(command), "compiled"));
module.createRequire(import.meta.url)(command);
