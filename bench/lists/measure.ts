import { median } from "../harness/rounds.ts";

/** What a request costs beside another. */
export interface Comparison {
  readonly what: string;
  readonly milliseconds: number;
  readonly beside: string;
  readonly besideMilliseconds: number;
  /** The most that the first may be, in multiples of the other. */
  readonly goal: number;
}

type Request = () => Promise<unknown>;

const REQUESTS = 25;
const FEWEST = 5;
/** What takes longer is asked less often. */
const PATIENCE_MS = 15_000;

/** The median time of each request, in milliseconds; one after the other, in turn, after a warm-up. */
export async function timeRequests<N extends string>(requests: Readonly<Record<N, Request>>): Promise<Record<N, number>> {
  const entries = Object.entries<Request>(requests);
  const times = new Map(entries.map(([name]) => [name, [] as number[]]));
  const begin = performance.now();
  for (let round = 0; round <= REQUESTS; round += 1) {
    if (round > FEWEST && performance.now() - begin > PATIENCE_MS) {
      break;
    }
    for (const [name, request] of entries) {
      const start = performance.now();
      await request();
      if (round > 0) {
        times.get(name)?.push(performance.now() - start);
      }
    }
  }
  return Object.fromEntries(entries.map(([name]) => [name, median(times.get(name) ?? [])])) as Record<N, number>;
}
