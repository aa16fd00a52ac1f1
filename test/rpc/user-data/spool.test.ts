import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Spool } from "../../../src/rpc/user-data/spool.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "roster-test-"));
  vi.stubEnv("TMPDIR", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test.each([
  ["what fits into memory", 3],
  ["what is more than that", 1000],
])("%s is read as it was written, and leaves no file", async (_, count) => {
  const spool = new Spool(100);
  const written = Array.from({ length: count }, (_, n) => Buffer.from(`${n},`));
  for (const chunk of written) await spool.write(chunk);
  expect(readdirSync(folder)).toEqual([]);
  expect(Buffer.concat(await Array.fromAsync(spool.read()))).toEqual(Buffer.concat(written));
  await spool.close();
  expect(readdirSync(folder)).toEqual([]);
});

test("a folder that can't be written makes it unavailable, and tells why", async () => {
  vi.stubEnv("TMPDIR", join(folder, "none"));
  const spool = new Spool(10);
  await spool.write(Buffer.from("small"));
  await expect(spool.write(Buffer.from("no longer small"))).rejects.toMatchObject({
    reason: "STORE_UNAVAILABLE",
    message: "the server can't write a temporary file (ENOENT); try again",
  });
  await spool.close();
});
