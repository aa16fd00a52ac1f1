import { setTimeout } from "node:timers/promises";
import type { Random } from "../../test/server/random.ts";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import { verdictOf } from "../load/verdict.ts";
import { type Fleet, PATIENCE_MS } from "../servers/fleet.ts";
import type { SoakClient } from "../servers/seat.ts";
import type { StreamMeter } from "./stream-meter.ts";

const PAUSE_MS = 50;

export interface StreamParts {
  readonly fleet: Fleet;
  readonly random: Random;
  readonly meter: StreamMeter;
  readonly signal: AbortSignal;
}

/**
 * Reads a stream to its end, or until told to end. One that breaks is opened again, on any server: `open` begins after the last message
 * that `take` has seen. `take` returns whether to break it off now, to be resumed.
 */
export async function readResumed<M>(
  { fleet, random, meter, signal }: StreamParts,
  what: string,
  open: (client: SoakClient, signal: AbortSignal) => AsyncIterable<M>,
  take: (message: M) => "go on" | "break off",
): Promise<void> {
  let lastProgress = performance.now();
  let isBroken = false;
  while (!signal.aborted) {
    const leaving = new AbortController();
    try {
      const client = await fleet.client(random);
      for await (const message of open(client, AbortSignal.any([signal, leaving.signal]))) {
        lastProgress = performance.now();
        if (isBroken) meter.resumed += 1;
        isBroken = false;
        if (take(message) === "break off") {
          isBroken = true;
          meter.broken += 1;
          break;
        }
      }
      if (!isBroken) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof BrokenPromise) throw error;
      if (verdictOf(error) !== "passing") throw new BrokenPromise(PROMISES.errors, `${what}: ${error}`);
      if (performance.now() - lastProgress > PATIENCE_MS)
        throw new BrokenPromise(PROMISES.recovery, `${what} can't go on: ${error}`);
      if (!isBroken) meter.broken += 1;
      isBroken = true;
      await setTimeout(PAUSE_MS);
    } finally {
      leaving.abort();
    }
  }
}
