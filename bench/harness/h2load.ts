import { readFileSync, rmSync } from "node:fs";
import type { Call } from "./call.ts";
import { LOAD_CORE, runOn } from "./tools.ts";

/** How hard, and how long. */
export interface Load {
  /** Connections. */
  readonly clients: number;
  /** Calls in flight on each. */
  readonly streams: number;
  /** Either for so many seconds, or so many calls. */
  readonly seconds?: number;
  readonly calls?: number;
  /** Calls a second on each connection, however long they take. Default: the next as soon as one ends. */
  readonly rate?: number;
  /** Where the time of each call goes; see `readTimes`. */
  readonly logFile?: string;
  readonly core?: string;
  readonly signal?: AbortSignal;
}

/** 64 calls in flight. */
export const SIXTY_FOUR = { clients: 4, streams: 16 };

/** Resolves with calls per second. Throws if any failed, or if there is less in the answers than when one was checked. */
export async function load(call: Call, { core = LOAD_CORE, signal, ...options }: Load): Promise<number> {
  if (options.logFile !== undefined) {
    // It would be added to.
    rmSync(options.logFile, { force: true });
  }
  const headers = Object.entries(call.headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const output = await runOn(core, "h2load", [...flags(options), ...headers, "-d", call.bodyFile, call.url], signal);
  const { rate, calls, failed, bytes } = parse(output);
  if (failed > 0 || bytes < call.answerBytes * calls * LEAST_SHARE) {
    throw new Error(`calls of ${call.url} failed:\n${output}`);
  }
  return rate;
}

/** Answers of one kind differ a little, in ids and in times. */
const LEAST_SHARE = 0.9;

/** How long each call took that is in the log, in seconds, ascending. */
export function readTimes(logFile: string): number[] {
  const lines = readFileSync(logFile, "utf8").trim().split("\n");
  return lines.map((line) => Number(line.split("\t")[2]) / 1e6).sort((a, b) => a - b);
}

function flags({ clients, streams, seconds, calls, rate, logFile }: Load): string[] {
  return [
    ...["-c", String(clients), "-m", String(streams)],
    ...(seconds === undefined ? [] : ["-D", `${seconds}s`]),
    ...(calls === undefined ? [] : ["-n", String(calls)]),
    ...(rate === undefined ? [] : [`--rps=${rate}`]),
    ...(logFile === undefined ? [] : [`--log-file=${logFile}`]),
  ];
}

function parse(output: string) {
  const number = (pattern: RegExp) => {
    const [, text] = pattern.exec(output) ?? [];
    if (text === undefined) {
      throw new Error(`h2load prints something else than expected:\n${output}`);
    }
    return Number(text);
  };
  return {
    rate: number(/finished in \S+, ([\d.]+) req\/s/),
    calls: number(/(\d+) succeeded/),
    failed: number(/(\d+) failed/) + number(/(\d+) errored/),
    bytes: number(/\((\d+)\) data/),
  };
}
