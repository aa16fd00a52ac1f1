/** What was broken, and when: shown beside the history of a user when a promise is not kept. */
export class Timeline {
  readonly #start = performance.now();
  readonly #lines: string[] = [];
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void = () => {}) {
    this.#tell = tell;
  }

  add(what: string): void {
    const line = `${this.time()} ${what}`;
    this.#lines.push(line);
    this.#tell(line);
  }

  /** Since the beginning. */
  time(): string {
    return `${((performance.now() - this.#start) / 1000).toFixed(3).padStart(8)} s`;
  }

  last(count = 40): string[] {
    return this.#lines.slice(-count);
  }
}
