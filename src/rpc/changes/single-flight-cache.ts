/** The last few results, for those who ask for them a moment later. */
export interface SingleFlightCache<T> {
  /** What is there under the key, or else will be. Errors are not kept. */
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
