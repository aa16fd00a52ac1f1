/** One measurement after the other, in turn, so that what changes on the machine meanwhile meets all alike. */
export async function interleave<N extends string>(
  rounds: number,
  contestants: Readonly<Record<N, () => Promise<number>>>,
): Promise<Record<N, number[]>> {
  const names = Object.keys(contestants) as N[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<N, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    // Nobody always comes first.
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      samples[name].push(await contestants[name]());
    }
  }
  return samples;
}

export function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** Of ascending values. */
export function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) {
    throw new Error("nothing was measured");
  }
  return value;
}
