import { setTimeout } from "node:timers/promises";
import type { EngineName } from "../soak/servers/database.ts";
import { type Sample, watchResources } from "../soak/servers/resources.ts";
import { createRandom } from "../test/server/random.ts";
import { Callers } from "./callers/callers.ts";
import { Findings } from "./finding.ts";
import type { Shot } from "./requests/shot.ts";
import { Sender } from "./send/sender.ts";
import { Shooting } from "./shooting.ts";
import { besiege, type Siege } from "./siege.ts";
import { Tally } from "./tally.ts";
import { openTarget, type Target } from "./target.ts";

export interface RunOptions {
  /** The file of `roster`. */
  readonly command: string;
  readonly engine: EngineName;
  /** Of the requests made at random; each has its part of the time. */
  readonly seeds: readonly number[];
  /** Sent first, one after the other. */
  readonly replay: readonly Shot[];
  /** Of the absurd texts in all places, which one of so many parts is sent; without a part: none. */
  readonly sweep: { readonly part?: number; readonly parts: number };
  /** Of requests made at random. */
  readonly seconds: number;
  /** By frames: their names. */
  readonly attacks: readonly string[];
  /** Of each attack, on each port. */
  readonly attackSeconds: number;
  readonly tell: (line: string) => void;
}

export interface RunResult {
  readonly engine: EngineName;
  readonly seconds: number;
  readonly findings: Findings;
  readonly tally: Tally;
  readonly siege: Siege;
  readonly resources: readonly Sample[];
  /** Open files of the server when all connections are closed: before, and after. */
  readonly files: readonly [number, number];
}

/** One engine: the corpus, all texts in all places, requests at random, attacks by frames. Then nothing may be left of all this. */
export async function runFuzz(options: RunOptions): Promise<RunResult> {
  const [findings, tally, over] = [new Findings(), new Tally(), new AbortController()];
  const start = performance.now();
  const target = await openTarget(options.command, options.engine, findings);
  const callers = new Callers(target.server.url, target.secret);
  const siege: Siege = { idle: [], attacks: [] };
  const resources = watchResources(target, over.signal);
  const files: [number, number] = [0, 0];
  try {
    const sender = new Sender(target.origins, (caller) => callers.secretOf(caller));
    await callers.renew();
    await setTimeout(SETTLE_MS);
    files[0] = target.openFiles();
    const parts = { callers, sender, findings, tally };
    await Promise.race([shootAll(new Shooting(parts), options), died(target)]);
    options.tell(`${tally.requests} requests, ${findings.count} findings`);
    sender.close();
    if (options.attacks.length > 0) await siegeAll(target, callers, options, findings, siege);
    files[1] = await settle(target, files[0], findings);
  } catch (error) {
    findings.add({ what: `the run broke off: ${error instanceof Error ? (error.stack ?? error.message) : error}` });
  } finally {
    over.abort();
    if (!target.server.isRunning()) findings.add({ what: "the server has ended" });
    callers.close();
    await target.close();
  }
  return { engine: options.engine, seconds: (performance.now() - start) / 1000, findings, tally, siege, resources, files };
}

const SETTLE_MS = 500;
const IDLE_SECONDS = 0.7;

async function shootAll(shooting: Shooting, { replay, sweep, seeds, seconds }: RunOptions): Promise<void> {
  for (const shot of replay) await shooting.fire(shot);
  if (sweep.part !== undefined) await shooting.sweep(sweep.part, sweep.parts);
  const milliseconds = Math.ceil((seconds * 1000) / seeds.length);
  if (milliseconds === 0) return;
  for (const seed of seeds) await shooting.shoot(createRandom(seed), AbortSignal.timeout(milliseconds));
}

async function siegeAll(
  target: Target,
  callers: Callers,
  options: RunOptions,
  findings: Findings,
  siege: Siege,
): Promise<void> {
  await callers.renew();
  const caller = { secret: callers.secretOf("READER"), userId: "READER" };
  const random = createRandom(options.seeds[0] ?? 0);
  const { attacks, attackSeconds: secondsEach, tell } = options;
  const idleSeconds = Math.min(IDLE_SECONDS, secondsEach);
  await besiege({ ...caller, target, random, findings, attacks, secondsEach, idleSeconds, tell }, siege);
}

async function died({ server }: Target): Promise<void> {
  while (server.isRunning()) await setTimeout(SETTLE_MS);
  throw new Error("the server has ended");
}

const PATIENCE_MS = 30_000;
/** Pools of threads and of connections to the database open a few more when they are busy. */
const FILES_MORE = 25;

/** Waits until streams and connections are gone. Returns how many files are open then. */
async function settle(target: Target, before: number, findings: Findings): Promise<number> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const [streams, files] = [await target.openStreams(), target.openFiles()];
    if (streams === 0 && files <= before + FILES_MORE) return files;
    if (performance.now() > end) {
      findings.add({ what: `${streams} streams are left open, and ${files} files, of ${before} at the start` });
      return files;
    }
    await setTimeout(SETTLE_MS);
  }
}
