import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

export interface ServerProcess {
  readonly url: string;
  readonly secret: string;
  readonly child: ChildProcess;
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
  const child = spawn(process.execPath, [MAIN, "serve"], {
    env: {
      ...process.env,
      ROSTER_DATABASE_URL: `sqlite:${join(folder, "roster.db")}`,
      ROSTER_HTTP_ADDRESS: `127.0.0.1:${port}`,
      ROSTER_LOG_LEVEL: "error",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let log = "";
  child.stderr.on("data", (data: Buffer) => {
    log += data.toString();
  });
  const url = await readyUrl(child, () => log);
  return {
    url,
    secret: readFileSync(join(folder, "admin.key"), "utf8").trim(),
    child,
    log: () => log,
    async end(signal) {
      child.kill(signal);
      const [code, by] = await exited;
      return { code, signal: by };
    },
  };
}

async function readyUrl(child: ChildProcess, log: () => string): Promise<string> {
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  for await (const line of lines) {
    const [, url] = /address +(https?:\/\/\S+)/.exec(line) ?? [];
    if (url !== undefined) {
      child.stdout?.resume();
      return url;
    }
  }
  await ended;
  throw new Error(`the server did not start: ${log()}`);
}
