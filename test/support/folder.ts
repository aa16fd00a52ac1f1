import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new folder, removed by whoever made it. */
export function createFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "roster-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A new folder that is gone when the test is. */
export function testFolder(): string {
  const { path, remove } = createFolder();
  onTestFinished(remove);
  return path;
}
