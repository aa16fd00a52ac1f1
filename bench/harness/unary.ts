import type { Call } from "./call.ts";
import { load, SIXTY_FOUR } from "./h2load.ts";
import { interleave } from "./rounds.ts";
import { LOAD_CORE } from "./tools.ts";

const SECONDS = 2;

/** Calls per second, 64 in flight, in rounds, after a warm-up. */
export async function callsPerSecond<N extends string>(
  rounds: number,
  calls: Readonly<Record<N, Call>>,
  core = LOAD_CORE,
): Promise<Record<N, number[]>> {
  const runs = Object.entries<Call>(calls).map(([name, call]) => [
    name,
    () => load(call, { ...SIXTY_FOUR, seconds: SECONDS, core }),
  ]);
  const contestants = Object.fromEntries(runs) as Record<N, () => Promise<number>>;
  await interleave(1, contestants);
  return interleave(rounds, contestants);
}
