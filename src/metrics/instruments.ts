/** Goes up. A plain number, because calls change it. */
export class Counter {
  value = 0;

  add(count = 1): void {
    this.value += count;
  }
}

/** Counts values by size. Plain numbers, because calls change them. */
export class Histogram {
  readonly bounds: readonly number[];
  /** By bound, not cumulative. The last counts what is above all. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    this.sum += value;
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
  }
}
