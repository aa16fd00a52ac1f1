import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SERVER_CORE } from "./tools.ts";

/** A server in a process of its own, on a core of its own. */
export interface Server {
  readonly name: string;
  readonly pid: number;
  /** Of the port for gRPC. */
  readonly url: string;
  /** Of the port that speaks Connect, where there is one. */
  readonly httpUrl: string;
  /** What a caller must send. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where its database is. */
  readonly folder: string;
  stop(): Promise<void>;
}

export const ROSTER = "Roster";
export const CONNECT_PEER = "connect-node + Kysely";
export const GRPC_PEER = "grpc-js + Kysely";

const ROOT = join(import.meta.dirname, "../..");
const COMMAND = join(ROOT, "bin/roster");
/** The options that the command gives Node. Peers get the same. */
const NODE_OPTIONS = readFileSync(COMMAND, "utf8").match(/--[\w-]+=\d+/g) ?? [];
const PEERS = { [CONNECT_PEER]: "connect.ts", [GRPC_PEER]: "grpc.ts" } as const;

export interface RosterOptions {
  /** Of an ADMIN key: that of the first, if the database is new. */
  readonly secret: string;
  readonly core?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The real thing, as `npm start` runs it, with its default settings. */
export async function startRoster(folder: string, { secret, core = SERVER_CORE, env = {} }: RosterOptions): Promise<Server> {
  const child = start(core, [COMMAND, "serve"], {
    ROSTER_DATABASE_URL: `sqlite:${databaseIn(folder)}`,
    ROSTER_HTTP_ADDRESS: "127.0.0.1:0",
    ROSTER_GRPC_ADDRESS: "127.0.0.1:0",
    ROSTER_BOOTSTRAP_KEY: secret,
    ...env,
  });
  const greeting = await output(child, /address +http[\s\S]*gRPC +\S+:\d+/);
  const httpUrl = /address +(\S+)/.exec(greeting)?.[1] ?? "";
  const url = `http://${/gRPC +(\S+:\d+)/.exec(greeting)?.[1]}`;
  return { name: ROSTER, url, httpUrl, headers: { "x-api-key": secret }, folder, ...running(child) };
}

export async function startPeer(name: keyof typeof PEERS, folder: string): Promise<Server> {
  const child = start(
    SERVER_CORE,
    [process.execPath, ...NODE_OPTIONS, join("bench/peers", PEERS[name]), databaseIn(folder)],
    {},
  );
  const url = (await output(child, /^http\S+\n/)).trim();
  return { name, url, httpUrl: url, headers: {}, folder, ...running(child) };
}

export function databaseIn(folder: string): string {
  return join(folder, "roster.db");
}

/** What the server has in memory. */
export function residentBytes({ pid }: Server): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) * 1024;
}

/** How long the process has worked, in user and in system mode. Source: proc_pid_stat(5). */
export function cpuSeconds({ pid }: Server): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

const TICKS_A_SECOND = 100;

const started = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of started) child.kill("SIGKILL");
});

function start(core: string, command: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn("taskset", ["-c", core, ...command], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.add(child);
  child.once("close", () => started.delete(child));
  return child;
}

/** What it has printed as soon as that matches. */
async function output({ stdout, stderr }: ReturnType<typeof start>, ready: RegExp): Promise<string> {
  let [text, complaint] = ["", ""];
  stderr.setEncoding("utf8").on("data", (part: string) => {
    complaint = (complaint + part).slice(-LOG_TAIL);
  });
  stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  while (!ready.test(text)) {
    await Promise.race([once(stdout, "data"), once(stdout, "end").then(() => Promise.reject(new Error(complaint)))]);
  }
  return text;
}

const LOG_TAIL = 10_000;

function running(child: ChildProcess): Pick<Server, "pid" | "stop"> {
  return {
    pid: child.pid ?? 0,
    async stop() {
      if (started.has(child)) {
        const ended = once(child, "close");
        child.kill("SIGTERM");
        await ended;
      }
    },
  };
}
