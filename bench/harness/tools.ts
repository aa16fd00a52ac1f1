import { execFile, execFileSync, spawnSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { promisify } from "node:util";

/** The server under measurement has the one for itself; all that loads it, this process too, shares the other. */
export const SERVER_CORE = "0";
export const LOAD_CORE = "1";
export const BOTH_CORES = "0,1";

/** Each with the Debian package that brings it. */
const TOOLS = { h2load: "nghttp2-client", taskset: "util-linux" };
const MIN_CORES = 2;
const TMPFS = 0x01021994;

/** What stands in the way of measuring, a sentence each. */
export function findProblems(): string[] {
  const missing = Object.entries(TOOLS).filter(([tool]) => spawnSync(tool, ["--version"]).error !== undefined);
  return [
    ...missing.map(([tool, name]) => `${tool} is missing: apt-get install ${name}`),
    ...(availableParallelism() < MIN_CORES ? ["this takes two cores: one for the server, one for what loads it"] : []),
    ...(statfsSync(tmpdir()).type === TMPFS ? [`${tmpdir()} is in memory: set TMPDIR to a folder on a disk`] : []),
  ];
}

/** Moves this process to the core of the load. */
export function pinSelf(): void {
  execFileSync("taskset", ["-acp", LOAD_CORE, String(process.pid)], { stdio: "ignore" });
}

/** Runs a program on a core until it ends, and resolves with what it prints. */
export async function runOn(core: string, program: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const { stdout } = await promisify(execFile)("taskset", ["-c", core, program, ...args], { ...(signal && { signal }) });
  return stdout;
}
