import { setTimeout } from "node:timers/promises";
import { BrokenPromise } from "./broken-promise.ts";
import { type Comparisons, checkAll } from "./checks/check.ts";
import type { FaultName } from "./faults/fault.ts";
import type { Meter } from "./load/meter.ts";
import { type Sample, watchResources } from "./servers/resources.ts";
import { Timeline } from "./timeline.ts";
import { callAll, closeWorld, openWorld, type World, type WorldOptions } from "./world.ts";

export interface RunOptions extends WorldOptions {
  /** After which nothing more is broken; a first round of everything is finished in any case. */
  readonly seconds: number;
  /** For which callers call as fast as they can, to see how fast that is. */
  readonly warmUpSeconds: number;
  /** For which nothing is broken then. */
  readonly calmSeconds: number;
  /** Between two checks. */
  readonly faultsEachRound: number;
  readonly killsEachRound: number;
  readonly tell: (line: string) => void;
}

export interface RunResult extends Pick<World, "faults" | "ledger" | "meter" | "streams"> {
  readonly engine: WorldOptions["engine"];
  readonly seconds: number;
  /** Faults that were asked for. */
  readonly impossible: readonly FaultName[];
  readonly comparisons: Comparisons;
  readonly resources: readonly Sample[];
  readonly rates: Rates;
  readonly broken: BrokenPromise | undefined;
  readonly timeline: Timeline;
}

/** Calls a second. */
interface Rates {
  /** As many as callers can make. */
  capacity: number;
  /** Afterwards. */
  paced: number;
}

/** Of what servers can take. */
const LOAD = 0.8;

/** One engine, under load, while things break. */
export async function runSoak(options: RunOptions): Promise<RunResult> {
  const { engine, seed, tell } = options;
  const timeline = new Timeline(tell);
  const world = await openWorld(options, timeline);
  const [start, over] = [performance.now(), new AbortController()];
  const [comparisons, rates] = [
    { checks: 0, users: 0 },
    { capacity: 0, paced: 0 },
  ];
  let resources: readonly Sample[] = [];
  let broken: BrokenPromise | undefined;
  try {
    if (world.breaker.fillsDisk) world.disk.makeRoom();
    await world.fleet.start();
    resources = watchResources(world.fleet.veteran, over.signal);
    const calling = callAll(world, seed, over.signal);
    await Promise.race([calling, breakAll(world, options, { timeline, comparisons, rates, over: over.signal })]);
    over.abort();
    await calling;
    await world.fleet.stop();
  } catch (error) {
    broken =
      error instanceof BrokenPromise ? error : new BrokenPromise("The soak itself works", String(error), stackOf(error));
  } finally {
    over.abort();
    world.gate.open();
    await closeWorld(world, tell);
  }
  const { faults, ledger, meter, streams, breaker } = world;
  const [seconds, impossible] = [(performance.now() - start) / 1000, breaker.impossible];
  return { engine, seconds, impossible, faults, ledger, meter, streams, comparisons, resources, rates, broken, timeline };
}

interface Progress {
  readonly timeline: Timeline;
  readonly comparisons: Comparisons;
  readonly rates: Rates;
  readonly over: AbortSignal;
}

/** Rounds of all kinds of faults and rounds of kills, with a check of everything after each. */
async function breakAll(world: World, options: RunOptions, { timeline, comparisons, rates, over }: Progress): Promise<void> {
  const { meter, pace, breaker } = world;
  const end = performance.now() + options.seconds * 1000;
  rates.capacity = await measureRate(meter, options.warmUpSeconds);
  pace.perSecond = Math.max(options.callers, rates.capacity * LOAD);
  timeline.add(`${Math.round(rates.capacity)} calls a second; from here on ${Math.round(pace.perSecond)}`);
  meter.beginQuiet(() => breaker.isQuiet());
  const [calls, begin] = [meter.answers, performance.now()];
  await setTimeout(options.calmSeconds * 1000);
  let signal = over;
  do {
    if (options.faultsEachRound > 0) {
      await breaker.breakSome(options.faultsEachRound, signal);
      await check(world, comparisons, timeline);
    }
    await breaker.killSome(options.killsEachRound, signal);
    await check(world, comparisons, timeline);
    signal = AbortSignal.any([over, AbortSignal.timeout(Math.max(0, Math.ceil(end - performance.now())))]);
  } while (performance.now() < end);
  rates.paced = ((meter.answers - calls) / (performance.now() - begin)) * 1000;
}

async function check(world: World, comparisons: Comparisons, timeline: Timeline): Promise<void> {
  const { gate, disk, ledger, faults, checker, breaker } = world;
  await gate.close();
  await checkAll({ ...world, caller: checker }, comparisons);
  timeline.add(
    `checked: ${comparisons.users} users compared, ${ledger.acknowledged} writes acknowledged, ${faults.kills} kills`,
  );
  if (breaker.fillsDisk) disk.makeRoom();
  gate.open();
}

async function measureRate(meter: Meter, seconds: number): Promise<number> {
  await setTimeout(seconds * 500);
  const [before, start] = [meter.answers, performance.now()];
  await setTimeout(seconds * 1000);
  return ((meter.answers - before) / (performance.now() - start)) * 1000;
}

function stackOf(error: unknown): string[] {
  return error instanceof Error ? (error.stack ?? "").split("\n") : [];
}
