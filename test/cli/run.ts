import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { COMMAND } from "../support/command.ts";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RosterProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly finished: Promise<Finished>;
}

/** Runs the command line as a user would. Killed when the test ends. */
export function spawnRoster(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
  user: { readonly uid?: number; readonly gid?: number } = {},
): RosterProcess {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...process.env, ...NO_PROFILES, ...env },
    ...(cwd && { cwd }),
    ...user,
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  // A command that is killed, or that refuses its arguments, does not read its input to the end.
  child.stdin.on("error", () => {});
  const finished = Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]) => ({ code, stdout, stderr }),
  );
  return { child, finished };
}

/** As `spawnRoster`, and waits for the end. */
export async function roster(
  args: readonly string[],
  { env = {}, input = "", cwd }: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string } = {},
): Promise<Finished> {
  const { child, finished } = spawnRoster(args, env, cwd);
  child.stdin.end(input);
  return finished;
}

/** Whether the tests can run the command line as another user, who may read this checkout. */
export const NOBODY =
  process.getuid?.() === 0 && spawnSync(process.execPath, ["--check", COMMAND], asNobody({ stdio: "ignore" })).status === 0;

function asNobody<O extends object>(options: O): O & { readonly uid: number; readonly gid: number } {
  return { ...options, uid: 65_534, gid: 65_534 };
}

/** As `roster`, run by a user who owns nothing. Only where NOBODY says that this works. */
export async function rosterAsNobody(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const { child, finished } = spawnRoster(args, env, undefined, asNobody({}));
  child.stdin.end();
  return finished;
}

/** What a command prints for a program. Runs in this process, which takes a tenth of the time. */
export async function rosterJson<T>(args: readonly string[], env: NodeJS.ProcessEnv): Promise<T> {
  return JSON.parse(await printedBy(args, env));
}

/** As `rosterJson`, of a command that prints rows. */
export async function rosterRows<T>(args: readonly string[], env: NodeJS.ProcessEnv): Promise<T[]> {
  return parseNdjson(await printedBy(args, env));
}

/** Runs a command that does not end until so many rows have come, then presses Ctrl-C. */
export async function rowsUntil<T>(args: readonly string[], env: NodeJS.ProcessEnv, count: number) {
  const { child, finished } = spawnRoster(args, env);
  let seen = 0;
  child.stdout.on("data", (data: Buffer) => {
    seen += data.toString().split("\n").length - 1;
  });
  await expect.poll(() => seen).toBeGreaterThanOrEqual(count);
  child.kill("SIGINT");
  const { code, stdout, stderr } = await finished;
  return { code, stderr, rows: parseNdjson<T>(stdout) };
}

/** What a command prints for a program, as it is. */
export async function printedBy(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const stdout = new PassThrough();
  const printed = text(stdout);
  const original = Object.getOwnPropertyDescriptor(process, "stdout") ?? {};
  Object.defineProperty(process, "stdout", { value: stdout, configurable: true });
  try {
    await createProgram(env).parseAsync(args, { from: "user" });
  } finally {
    Object.defineProperty(process, "stdout", original);
    stdout.end();
  }
  return printed;
}

/** What a person at a terminal sees. */
export async function rosterOnTerminal(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return (await rosterAnswered(args, env, [])).shown;
}

/** What a person at a terminal sees who answers each question as it comes: what it ends with, and what is typed then. */
export async function rosterAnswered(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  answers: ReadonlyArray<readonly [question: string, typed: string]>,
): Promise<{ readonly code: number | null; readonly shown: string; readonly raw: string }> {
  const command = [process.execPath, COMMAND, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qec", command, "/dev/null"], { env: { ...process.env, ...NO_PROFILES, ...env } });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const left = [...answers];
  if (left.length === 0) {
    child.stdin.end();
  }
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    shown += part;
    const [question, typed] = left[0] ?? [];
    if (question !== undefined && typed !== undefined && stripVTControlCharacters(shown).endsWith(question)) {
      left.shift();
      child.stdin.write(typed);
    }
  });
  const [code] = await once(child, "close");
  return { code, raw: shown, shown: stripVTControlCharacters(shown).replaceAll("\r", "") };
}

/** A person has profiles perhaps; tests have none but their own. */
const NO_PROFILES = { XDG_CONFIG_HOME: join(import.meta.dirname, "no-profiles") };

/** Whether a terminal can be had; `script` is that of util-linux. */
export const HAS_TERMINAL = spawnSync("script", ["-qec", "true", "/dev/null"], { stdio: "ignore" }).status === 0;

/** What makes the command line call a server. */
export function callerOf({ url, secret }: { url: string; secret: string }): NodeJS.ProcessEnv {
  return { ...NO_PROFILES, ROSTER_SERVER: url, ROSTER_API_KEY: secret };
}

/** The lines of NDJSON in a file. */
export function readNdjson<T>(path: string): T[] {
  return parseNdjson(readFileSync(path, "utf8"));
}

export function parseNdjson<T>(ndjson: string): T[] {
  return ndjson
    .split("\n")
    .filter((line) => line !== "")
    .map((line): T => JSON.parse(line));
}

export function toNdjson(rows: Iterable<object>): string {
  return [...rows].map((row) => `${JSON.stringify(row)}\n`).join("");
}
