import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PROGRAM = join(import.meta.dirname, "other-server.ts");

export type Job = "open" | "createAccount" | "count" | "fill" | "fillTogether";

/**
 * Another server on the database at `url`: a process that opens the store, does the job and prints lines about it.
 * `under`: a command that runs the process.
 */
export function startOtherServer(url: string, job: Job, argument = "", under: readonly string[] = []): ChildProcess {
  const [command = process.execPath, ...rest] = [...under, process.execPath, PROGRAM, url, job, argument];
  return spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"] });
}

/** Starts so many at once, waits for all to end well, and returns the last line of each. */
export function runOtherServers(count: number, url: string, job: Job, argument = ""): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const child = startOtherServer(url, job, argument);
      const exit = once(child, "exit");
      const lines = await Array.fromAsync(linesOf(child));
      const [code] = await exit;
      if (code !== 0) {
        throw new Error(`the other server ended with ${code}`);
      }
      return lines.at(-1) ?? "";
    }),
  );
}

export function linesOf(child: ChildProcess): AsyncIterable<string> {
  if (child.stdout === null) {
    throw new Error("stdout is not piped");
  }
  return createInterface({ input: child.stdout });
}
