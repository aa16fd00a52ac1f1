import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Packages of which the source knows texts or internals, and the tests that fail when those change. See docs/decisions.md, 67. */
const PINNED = {
  "@bufbuild/cel": "test/filter/parse.test.ts",
  "@connectrpc/connect": "test/server/garbage.test.ts, test/server/cancel.test.ts, test/client/truncated.test.ts",
  "@connectrpc/connect-node": "test/server/garbage.test.ts",
  "@grpc/grpc-js": "test/server/garbage.test.ts, test/server/start.test.ts, test/server/client-certificates.test.ts",
  "csv-parse": "test/cli/records.test.ts",
  kysely: "test/postgres/broken-connections.test.ts",
  pg: "test/postgres/broken-connections.test.ts",
  "pg-pool": "test/postgres/broken-connections.test.ts",
  "prom-client": "test/server/metrics.test.ts",
};

const root = join(import.meta.dirname, "..");
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

test.each(Object.keys(PINNED))("%s has one version, which is the one that is installed", (name) => {
  const { dependencies, overrides } = manifestOf(".");
  expect({ ...dependencies, ...overrides }[name]).toBe(manifestOf(`node_modules/${name}`).version);
});
