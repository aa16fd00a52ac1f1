import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test("the process that starts PostgreSQL for the tests ends with the code of their outcome", async () => {
  const setup = join(import.meta.dirname, "support/global-postgres.ts");
  const child = execFile(process.execPath, ["-e", `process.exitCode = 3; import(${JSON.stringify(setup)})`]);
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(3);
});
