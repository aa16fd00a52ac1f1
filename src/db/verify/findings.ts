/** What is checked, in the order of the report. */
export const RULES = {
  storage: "the database's own structures are whole, and every index is there",
  keys: "what must be unique is: live users by external id and e-mail, open sessions by external id",
  references: "what is referred to is there, and nothing belongs to an account that is gone",
  accounts: "slugs, certificate names and counters agree with accounts and keys",
  revisions: "the history has every revision from its floor on, but for those of purged users",
  history: "each user's changes follow on each other, and end with the user as it is",
  users: "each user's row is well-formed, and its encoded user is made of it",
  words: "the index of words has the words of each user, and no others",
  audit: "the audit log has no gap, and tells of each change in the history",
} as const;

export type Rule = keyof typeof RULES;

/** An invariant that does not hold. */
export interface Problem {
  readonly rule: Rule;
  /** Null: of no account. */
  readonly accountId: string | null;
  readonly what: string;
}

/** So many problems of a rule are told; the others are counted. */
const TOLD = 20;

export class Findings {
  readonly problems: Problem[] = [];
  /** What could not be checked. */
  readonly notes: string[] = [];
  readonly #counts = new Map<Rule, number>();

  add(rule: Rule, accountId: string | null, what: string): void {
    const count = (this.#counts.get(rule) ?? 0) + 1;
    this.#counts.set(rule, count);
    if (count <= TOLD) this.problems.push({ rule, accountId, what });
  }

  get count(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
