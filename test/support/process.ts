import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

export interface ServerProcess {
  readonly url: string;
  readonly secret: string;
  readonly child: ChildProcess;
  /** What it has told its user so far. */
  output(): string;
  /** What it has logged so far. */
  log(): string;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Runs `roster serve` on a database in the folder, as a user would, and waits until it is ready. Port 0: any free one. */
export async function spawnServer(
  folder: string,
  { port = 0, env = {} }: { port?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<ServerProcess> {
  const run = spawnRoster(["serve"], { ...serverEnv(folder), ROSTER_HTTP_ADDRESS: `127.0.0.1:${port}`, ...env });
  const url = await readyUrl(run);
  return {
    url,
    secret: readFileSync(join(folder, "admin.key"), "utf8").trim(),
    child: run.child,
    output: run.output,
    log: run.log,
    async end(signal) {
      run.child.kill(signal);
      return run.ended;
    },
  };
}

/** Runs a command that ends by itself. */
export async function runRoster(args: readonly string[], env: NodeJS.ProcessEnv) {
  const run = spawnRoster(args, env);
  const { code } = await run.ended;
  return { code, output: run.output(), log: run.log() };
}

/** Starts a server on a database in the folder, and kills it after so many milliseconds, however far it has come. */
export async function killStart(folder: string, afterMs: number): Promise<void> {
  const { child, ended } = spawnRoster(["serve"], serverEnv(folder));
  await setTimeout(afterMs);
  child.kill("SIGKILL");
  await ended;
}

/** Settings of a server on a database in the folder. */
export function serverEnv(folder: string): NodeJS.ProcessEnv {
  return {
    ROSTER_DATABASE_URL: `sqlite:${join(folder, "roster.db")}`,
    ROSTER_HTTP_ADDRESS: "127.0.0.1:0",
    ROSTER_LOG_LEVEL: "error",
  };
}

// A test that fails must not leave a server behind.
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) {
    child.kill("SIGKILL");
  }
});

type Run = ReturnType<typeof spawnRoster>;

function spawnRoster(args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const ended = once(child, "close").then(() => {
    running.delete(child);
    return { code: child.exitCode, signal: child.signalCode };
  });
  return { child, ended, output: collect(child.stdout), log: collect(child.stderr) };
}

function collect(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  return () => text;
}

async function readyUrl({ child, ended, output, log }: Run): Promise<string> {
  let running = true;
  const end = ended.then(() => {
    running = false;
  });
  while (running) {
    const [, url] = /address +(https?:\/\/\S+)[\s\S]*\n\n$/.exec(output()) ?? [];
    if (url !== undefined) {
      return url;
    }
    await Promise.race([once(child.stdout, "data"), end]);
  }
  throw new Error(`the server did not start: ${log()}`);
}
