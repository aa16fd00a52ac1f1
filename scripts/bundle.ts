// Puts the command, and what it depends on, into a few files: to find, read and link six hundred modules takes Node longer than all
// else that a start does.
import { rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build, type Plugin } from "rolldown";

const root = join(import.meta.dirname, "..");
const folder = resolve(root, process.argv[2] ?? "dist/command");

rmSync(folder, { recursive: true, force: true });
await build({
  cwd: root,
  logLevel: "warn",
  platform: "node",
  input: { roster: "src/main.ts", "scan-thread": "src/db/sqlite/scan-thread.ts" },
  // A binary; what only services need that are not served here; an option of pg's that is not taken.
  // OpenTelemetry, which few servers load, and whose packages look for each other in node_modules.
  plugins: [oneSchema()],
  external: ["better-sqlite3", "@grpc/proto-loader", "pg-native", /^@opentelemetry\//],
  output: {
    dir: folder,
    // To an ES module that asks for node:http, Node brings its whole fetch along.
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name].cjs",
    // Node keeps the text, at two bytes a character if a single one is not ASCII.
    charset: "ascii",
    comments: false,
  },
});

/** The client has messages of its own, without the rules of the schema. The command has the server's already. */
function oneSchema(): Plugin {
  const copy = join(root, "packages/client/gen/");
  return {
    name: "one-schema",
    resolveId: {
      filter: { id: /\/gen\// },
      handler(source, importer = "") {
        const path = resolve(dirname(importer), source);
        return path.startsWith(copy) ? join(root, "gen", path.slice(copy.length)) : null;
      },
    },
  };
}
