import { median } from "./rounds.ts";

/** What one piece of work came to. */
export interface Outcome {
  readonly work: string;
  readonly unit: "calls/s" | "users/s" | "ms" | "µs" | "MB" | "MiB";
  /** Roster's first, then those it is measured beside. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  readonly verdicts: readonly Verdict[];
}

/** A goal, and how far it was met. */
export interface Verdict {
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}

type Values = readonly number[];

/** Ours is to be so many times theirs. */
export function atLeast(times: number, name: string, ours: Values, theirs: Values): Verdict {
  const ratio = median(ours) / median(theirs);
  return { goal: `≥ ${times} × ${name}`, measured: `${ratio.toFixed(2)} ×`, met: ratio >= times };
}

/** Ours may be so many times theirs. */
export function atMost(times: number, name: string, ours: Values, theirs: Values): Verdict {
  const ratio = median(ours) / median(theirs);
  return { goal: `≤ ${times} × ${name}`, measured: `${ratio.toFixed(2)} ×`, met: ratio <= times };
}

/** The median is to stay below. */
export function below(limit: number, unit: string, values: Values): Verdict {
  const value = median(values);
  return { goal: `< ${limit} ${unit}`, measured: `${value.toFixed(0)} ${unit}`, met: value < limit };
}

/** As `atLeast`, beside the faster of the peers. */
export function atLeastFaster(times: number, ours: Values, peers: readonly Values[]): Verdict {
  const fastest = peers.toSorted((a, b) => median(b) - median(a))[0] ?? [];
  return atLeast(times, "the faster peer", ours, fastest);
}
