/** What was sent, and what came of it. */
export class Tally {
  requests = 0;
  /** Of them, those that were spoilt after they were made. */
  spoilt = 0;
  readonly #outcomes = new Map<string, Map<string, number>>();

  add(method: string, outcome: string, spoilt: boolean): void {
    this.requests += 1;
    if (spoilt) this.spoilt += 1;
    const outcomes = this.#outcomes.get(method) ?? new Map<string, number>();
    this.#outcomes.set(method, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
  }

  get methods(): string[] {
    return [...this.#outcomes.keys()].sort();
  }

  /** How often; without an outcome: in all. */
  of(method: string, outcome?: string): number {
    const outcomes = this.#outcomes.get(method) ?? new Map<string, number>();
    return outcome === undefined
      ? [...outcomes.values()].reduce((sum, count) => sum + count, 0)
      : (outcomes.get(outcome) ?? 0);
  }

  /** Outcomes of all methods together, the most frequent first. */
  outcomes(): Array<[string, number]> {
    const sums = new Map<string, number>();
    for (const outcomes of this.#outcomes.values()) {
      for (const [outcome, count] of outcomes) sums.set(outcome, (sums.get(outcome) ?? 0) + count);
    }
    return [...sums].sort(([, one], [, other]) => other - one);
  }
}
