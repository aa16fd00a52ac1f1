import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { createFolder } from "./folder.ts";

const BUILD = join(import.meta.dirname, "../../packages/console/build.ts");

let built: string | undefined;

/** The console of this very source, built once for all tests of a process. */
export function consoleFolder(): string {
  if (built === undefined) {
    const folder = createFolder();
    process.once("exit", () => folder.remove());
    execFileSync(process.execPath, [BUILD, folder.path], { stdio: "pipe" });
    built = folder.path;
  }
  return built;
}
