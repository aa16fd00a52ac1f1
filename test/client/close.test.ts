import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test("a client that is closed while the server says goodbye does not end the program", () => {
  const program = join(import.meta.dirname, "goodbye.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8" });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "still here\n", stderr: "" });
});
