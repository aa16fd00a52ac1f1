import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { SETTINGS } from "../src/config.ts";
import { CODES } from "../src/rpc/errors.ts";

const README = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
const rows = README.split("\n").filter((line) => line.startsWith("|"));

test("the README has every setting, with its default", () => {
  const missing = Object.values(SETTINGS).filter(
    ({ variable, fallback }) =>
      !rows.some((row) => row.includes(`\`${variable}\``) && (!fallback || row.includes(fallback))),
  );
  expect(missing).toEqual([]);
});

test("the README has every reason, with its code", () => {
  const nameOf = (code: Code) => Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  const missing = Object.entries(CODES).filter(
    ([reason, code]) =>
      !rows.some((row) => row.includes(`\`${reason}\``) && (row.includes(nameOf(code)) || row.includes("the same"))),
  );
  expect(missing).toEqual([]);
});
