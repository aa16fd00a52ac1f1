import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** What must be the same on every engine: the store, the rules, the API. Runs once on each. */
const ON_EVERY_ENGINE = [
  "test/bundle.test.ts",
  "test/db/contract.test.ts",
  "test/db/distribution.test.ts",
  "test/db/plans.test.ts",
  "test/db/fill-words.test.ts",
  "test/db/indexed-metadata.test.ts",
  "test/db/user-data.test.ts",
  "test/db/backup.test.ts",
  "test/db/verify.test.ts",
  "test/directory/**/*.test.ts",
  "test/rpc/**/*.test.ts",
  "test/scim/**/*.test.ts",
  "test/coming-from/*.test.ts",
  "test/server/broken-exports.test.ts",
  "test/server/replicas.test.ts",
  "test/server/telemetry.test.ts",
  "test/soak/soak.test.ts",
  "test/fuzz/fuzz.test.ts",
  "test/workers/workers.test.ts",
];
const ON_POSTGRES = ["test/postgres/*.test.ts"];

// Servers and commands that tests start need not be compiled anew each time.
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "node_modules/.cache/node");

export default defineConfig({
  test: {
    // What takes longer hangs. On an idle machine hardly any test takes two seconds; some that do have bounds of their own.
    // Beside a build and another run, a test takes ten times as long.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 15_000 } },
    // Servers, databases and their clients share the cores with the tests.
    maxWorkers: 2,
    // Loading Roster takes longer than most files' tests. What a file leaves running is ended after it.
    isolate: false,
    globalSetup: ["test/support/global-command.ts"],
    setupFiles: ["test/support/each-file.ts"],
    projects: [
      {
        extends: true,
        test: { name: "sqlite", include: ["test/**/*.test.ts"], exclude: ON_POSTGRES },
      },
      {
        extends: true,
        test: {
          name: "postgres",
          include: [...ON_EVERY_ENGINE, ...ON_POSTGRES],
          globalSetup: ["test/support/global-command.ts", "test/support/global-postgres.ts"],
        },
      },
    ],
  },
});
