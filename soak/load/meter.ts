export type Kind = "reads" | "writes";

/** What callers have seen. */
export class Meter {
  /** Answered calls by method. */
  readonly calls = new Map<string, number>();
  /** Milliseconds of calls that were answered at the first attempt while nothing was broken, reads and writes. */
  readonly quiet = { reads: [] as number[], writes: [] as number[] };
  /** Of all calls, from the first attempt to the answer. */
  readonly all = { reads: [] as number[], writes: [] as number[] };
  attempts = 0;
  failures = 0;
  repeats = 0;
  #isQuiet: () => boolean = () => false;

  /** `isQuiet`: whether nothing is broken right now, nor has just been. */
  beginQuiet(isQuiet: () => boolean): void {
    this.#isQuiet = isQuiet;
  }

  answered(method: string, kind: Kind, ms: number, first: boolean): void {
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    this.all[kind].push(ms);
    if (first && this.#isQuiet()) this.quiet[kind].push(ms);
  }

  get answers(): number {
    return this.all.reads.length + this.all.writes.length;
  }
}

/** The value below which this part of the values lies; 0 if there are none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
