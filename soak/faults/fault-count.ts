/** How often what has gone wrong. */
export class FaultCount {
  readonly #counts = new Map<string, number>();

  add(what: string, count = 1): void {
    this.#counts.set(what, this.of(what) + count);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** `kill -9` of servers and of workers. */
  get kills(): number {
    return this.of(SERVER_KILLED) + this.of(WORKER_KILLED);
  }

  entries(): ReadonlyArray<readonly [string, number]> {
    return [...this.#counts].sort(([one], [other]) => one.localeCompare(other));
  }
}

export const SERVER_KILLED = "servers killed (SIGKILL)";
export const WORKER_KILLED = "workers killed (SIGKILL)";
