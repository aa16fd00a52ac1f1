import { RE2JS } from "re2js";

const MAX_LENGTH = 500;
/** Instructions of one pattern. */
const MAX_SIZE = 1000;
/** Of all patterns of a schema. */
const MAX_TOTAL_SIZE = 4000;
/** Matching a character takes up to as many steps as the pattern has instructions. So many may be needed for one check. */
const MAX_STEPS = 1_000_000;

/** The metadata has too much text for the patterns. */
export class TooManySteps extends Error {}

/** The patterns of a schema: RE2's, which match in linear time. A check by all of them together takes a bounded time. */
export class Patterns {
  readonly #compiled = new Map<string, Pattern>();
  #size = 0;
  #stepsLeft = MAX_STEPS;

  /** To be called before each check. */
  reset(): void {
    this.#stepsLeft = MAX_STEPS;
  }

  /** The rule that a pattern breaks, or undefined. */
  problemOf(pattern: string): string | undefined {
    if (pattern.length > MAX_LENGTH) {
      return `must have at most ${MAX_LENGTH} characters`;
    }
    try {
      this.compile(pattern);
    } catch (error) {
      return `must be a pattern that RE2 knows: ${error instanceof Error ? error.message : error}`;
    }
    return this.#size > MAX_TOTAL_SIZE ? "all patterns together are too large" : undefined;
  }

  compile(text: string): Pattern {
    const known = this.#compiled.get(text);
    if (known !== undefined) {
      return known;
    }
    const regExp = RE2JS.compile(RE2JS.translateRegExp(text));
    const size = regExp.programSize();
    if (size > MAX_SIZE) {
      throw new Error("it is too large");
    }
    this.#size += size;
    const pattern: Pattern = {
      test: (subject) => {
        this.#stepsLeft -= size * subject.length;
        if (this.#stepsLeft < 0) throw new TooManySteps();
        return regExp.test(subject);
      },
      toString: () => text,
    };
    this.#compiled.set(text, pattern);
    return pattern;
  }
}

/** What ajv asks of a regular expression. It tells them apart by their texts. */
interface Pattern {
  test(text: string): boolean;
  toString(): string;
}
