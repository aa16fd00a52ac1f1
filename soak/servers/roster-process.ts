import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** `roster serve` as `npm start` runs it, in a process of its own. */
export interface RosterProcess {
  readonly pid: number;
  readonly url: string;
  readonly grpcUrl: string;
  /** Of the metrics; undefined: it has no port for them. */
  readonly metricsUrl: string | undefined;
  isRunning(): boolean;
  /** The ids of its workers. */
  workers(): number[];
  /** Sends the signal to it alone, and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

const READY = /address +(http:\S+)[\s\S]*gRPC +(\S+:\d+)[\s\S]*\n\n$/;

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Resolves when it is ready. `command`: the file of `roster`. `onLog` gets each line of its log. */
export async function startRoster(
  command: string,
  env: NodeJS.ProcessEnv,
  onLog: (line: string) => void,
): Promise<RosterProcess> {
  const child = spawn(command, ["serve"], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const ended = once(child, "exit").then(() => void running.delete(child));
  const complaints: string[] = [];
  readLines(child, (line) => {
    complaints.splice(0, complaints.length - KEPT_LINES, line);
    onLog(line);
  });
  const text = await greeting(child, ended, complaints);
  const [, url = "", grpc = ""] = READY.exec(text) ?? [];
  const pid = child.pid ?? 0;
  return {
    pid,
    url,
    grpcUrl: `http://${grpc}`,
    metricsUrl: /metrics +(http:\S+)/.exec(text)?.[1],
    isRunning: () => running.has(child),
    workers: () => childrenOf(pid),
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

const KEPT_LINES = 20;

function readLines({ stderr }: ChildProcess, onLine: (line: string) => void): void {
  let rest = "";
  stderr?.setEncoding("utf8").on("data", (part: string) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
}

async function greeting({ stdout }: ChildProcess, ended: Promise<void>, complaints: readonly string[]): Promise<string> {
  let text = "";
  const isReady = new Promise<void>((resolve) => {
    stdout?.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (READY.test(text)) resolve();
    });
  });
  await Promise.race([isReady, ended]);
  if (!READY.test(text)) {
    throw new Error(`the server did not start: ${complaints.join("\n")}`);
  }
  return text;
}

/** Of the main thread, which starts them. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
