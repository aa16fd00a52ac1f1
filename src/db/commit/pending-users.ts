import type { Micros } from "../../directory/values/clock.ts";

/** Users for whom the same is to be done: one statement does it for all of them, before anything else is asked of the database. */
export class PendingUsers {
  readonly #apply: (userIds: readonly string[], time: Micros) => Promise<unknown>;
  #ids = new Set<string>();
  /** Of the first of them. */
  #time: Micros = 0;

  constructor(apply: (userIds: readonly string[], time: Micros) => Promise<unknown>) {
    this.#apply = apply;
  }

  add(userId: string, time: Micros): void {
    if (this.#ids.size === 0) this.#time = time;
    this.#ids.add(userId);
  }

  async flush(): Promise<void> {
    const ids = this.#ids;
    if (ids.size > 0) {
      this.#ids = new Set();
      await this.#apply([...ids], this.#time);
    }
  }
}
