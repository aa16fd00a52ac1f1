#!/usr/bin/env node
// The published command. Old Node versions can't even load the database driver, so the version comes first.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `roster: Node ${process.versions.node} is too old; Roster needs 22.18 or later. In a clone of the repository, use \`npm run roster --\` instead: it brings its own.`,
  );
  process.exit(2);
}
await import("../dist/src/main.js");
