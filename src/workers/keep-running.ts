import { setTimeout } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** A worker that served for less than this is replaced after a pause, each longer than the one before. */
const LONG_SERVICE_MS = 10_000;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;

interface KeepRunningOptions {
  readonly spawn: () => WorkerProcess;
  readonly log: Log;
  /** Aborted: whatever ends is not replaced. */
  readonly signal: AbortSignal;
}

/** Replaces the worker each time it ends. Resolves when the last has ended and is not replaced. */
export async function keepRunning(first: WorkerProcess, { spawn, log, signal }: KeepRunningOptions): Promise<void> {
  let pause = 0;
  for (let worker = first; ; worker = spawn()) {
    const servedLong = await waitForEnd(worker);
    if (signal.aborted) return;
    pause = servedLong ? 0 : Math.min(Math.max(pause * 2, MIN_PAUSE_MS), MAX_PAUSE_MS);
    log.error({ worker: worker.id, ...(await worker.ended), pause }, "a worker has ended; another takes its place");
    await setTimeout(pause, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
  }
}

/** Returns whether it served for long. */
async function waitForEnd({ ready, ended }: WorkerProcess): Promise<boolean> {
  const served = await ready;
  const start = performance.now();
  await ended;
  return served !== undefined && performance.now() - start > LONG_SERVICE_MS;
}
