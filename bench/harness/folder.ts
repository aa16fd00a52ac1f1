import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for gigabytes of databases, gone with this process, however it ends. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "roster-bench-"));
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => process.exit(1));
  }
  return path;
}
