/** The last few results, also those that are still being made, for those who ask for the same. */
export interface SingleFlightCache<T> {
  /** The result for the key, made if there is none. Errors are not kept. */
  take(key: string, make: () => Promise<T>): Promise<T>;
  clear(): void;
}

export function createSingleFlightCache<T>(size: number): SingleFlightCache<T> {
  const kept = new Map<string, Promise<T>>();

  function keep(key: string, made: Promise<T>): Promise<T> {
    const [oldest] = kept.keys();
    if (kept.size >= size && oldest !== undefined) kept.delete(oldest);
    kept.set(key, made);
    made.catch(() => kept.delete(key));
    return made;
  }

  return {
    take: (key, make) => kept.get(key) ?? keep(key, make()),
    clear: () => kept.clear(),
  };
}
