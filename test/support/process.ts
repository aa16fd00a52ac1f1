import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";

import { inject } from "vitest";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { createIdSource } from "../../src/directory/values/id.ts";
import { rememberGrpcPort } from "./clients.ts";
import { COMMAND } from "./command.ts";
import { createDatabase } from "./database.ts";
import { watchLog } from "./log.ts";

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
  { port = 0, env = {}, main = COMMAND }: { port?: number; env?: NodeJS.ProcessEnv; main?: string } = {},
): Promise<ServerProcess> {
  const settings = { ...serverEnv(folder), ...(await postgresEnv(folder)), ROSTER_HTTP_ADDRESS: `127.0.0.1:${port}` };
  const run = spawnRoster(["serve"], { ...settings, ...env }, main);
  const { url, grpcUrl } = await readyUrls(run);
  rememberGrpcPort(url, grpcUrl);
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

const databases = new Map<string, string>();

/** Where PostgreSQL is under test, the folder stands for a database of its own; the key is kept where the tests look for it. */
async function postgresEnv(folder: string): Promise<NodeJS.ProcessEnv> {
  if (inject("postgres") === undefined) {
    return {};
  }
  const path = join(folder, "admin.key");
  const url = databases.get(folder) ?? (await createDatabase()).url;
  if (!databases.has(folder)) {
    databases.set(folder, url);
    writeFileSync(path, mintSecret(createIdSource()("K")));
  }
  return { ROSTER_DATABASE_URL: url, ROSTER_BOOTSTRAP_KEY: readFileSync(path, "utf8").trim() };
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
    ROSTER_GRPC_ADDRESS: "127.0.0.1:0",
    ROSTER_LOG_LEVEL: "error",
  };
}

// A test that fails must not leave a server behind.
const running = new Set<ChildProcess>();
export function killRunning(): void {
  for (const child of running) {
    child.kill("SIGKILL");
  }
}
process.once("exit", killRunning);

type Run = ReturnType<typeof spawnRoster>;

function spawnRoster(args: readonly string[], env: NodeJS.ProcessEnv, main = COMMAND) {
  const [command, ...first] = /\.[jt]s$/.test(main) ? [process.execPath, main] : [main];
  const child = spawn(command, [...first, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const ended = once(child, "close").then(() => {
    running.delete(child);
    return { code: child.exitCode, signal: child.signalCode };
  });
  return { child, ended, output: collect(child.stdout), log: collect(child.stderr, watchLog) };
}

/** `onLine` is given each line once it is whole. */
function collect(stream: Readable, onLine: (line: string) => void = () => {}): () => string {
  let text = "";
  let seen = 0;
  stream.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    const end = text.lastIndexOf("\n") + 1;
    if (end > seen) onLine(text.slice(seen, end));
    seen = Math.max(seen, end);
  });
  return () => text;
}

async function readyUrls({ child, ended, output, log }: Run): Promise<{ url: string; grpcUrl: string }> {
  let running = true;
  const end = ended.then(() => {
    running = false;
  });
  while (running) {
    const [, url, scheme, grpc] = /address +((https?:\/\/)\S+)(?:[\s\S]*gRPC +(\S+:\d+))?[\s\S]*\n\n$/.exec(output()) ?? [];
    if (url !== undefined) {
      return { url, grpcUrl: `${scheme}${grpc}` };
    }
    await Promise.race([once(child.stdout, "data"), end]);
  }
  throw new Error(`the server did not start: ${log()}`);
}
