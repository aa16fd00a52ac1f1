/** Entries below this number are never swept. */
const SWEEP_SIZE = 1_000;

/** A map that forgets entries that are idle, now and then: when it has doubled since it last did. */
export class SweptMap<V> {
  readonly #isIdle: (value: V) => boolean;
  readonly #entries = new Map<string, V>();
  #sweepAt = SWEEP_SIZE;

  /** `isIdle` tells whether a new value would be as good. */
  constructor(isIdle: (value: V) => boolean) {
    this.#isIdle = isIdle;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value of that name; if there is none, the one that `make` returns, which is kept. */
  getOrInsert(name: string, make: () => V): V {
    const known = this.#entries.get(name);
    if (known !== undefined) {
      return known;
    }
    // Before the new one is added: it would be idle itself.
    if (this.#entries.size >= this.#sweepAt) {
      this.#sweep();
    }
    const value = make();
    this.#entries.set(name, value);
    return value;
  }

  #sweep(): void {
    for (const [name, value] of this.#entries) {
      if (this.#isIdle(value)) {
        this.#entries.delete(name);
      }
    }
    this.#sweepAt = Math.max(SWEEP_SIZE, this.#entries.size * 2);
  }
}
