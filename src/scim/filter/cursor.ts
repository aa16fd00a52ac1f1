import type { Literal } from "../../directory/lists/filter.ts";
import { type AttributePath, COMPARISONS, type Comparison } from "./ast.ts";
import { parsePath } from "./paths.ts";
import { filterInvalid, type Token, tokensOf } from "./tokens.ts";

/** The words of a filter, one after the other. What demands one throws invalidFilter. */
export class Cursor {
  readonly #tokens: readonly Token[];
  readonly #length: number;
  #next = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
    this.#length = text.length;
  }

  get isAtEnd(): boolean {
    return this.#peek() === undefined;
  }

  /** Whether the next one is this word, or sign. */
  isAt(text: string): boolean {
    return isSame(this.#peek(), text);
  }

  /** Takes the next one if it is this word, or sign. */
  skip(text: string): boolean {
    const found = this.isAt(text);
    if (found) this.#next += 1;
    return found;
  }

  /** Takes `not` if a bracket follows. */
  skipNot(): boolean {
    const found = this.isAt("not") && isSame(this.#tokens[this.#next + 1], "(");
    if (found) this.#next += 1;
    return found;
  }

  demand(text: string): void {
    if (!this.skip(text)) this.fail(`${text} is expected`);
  }

  path(): AttributePath {
    const path = parsePath(this.#word() ?? "");
    return path === undefined ? this.fail("the name of an attribute is expected") : this.#taken(path);
  }

  /** The name behind a bracket, if there is one. */
  subAttribute(): string | undefined {
    const [, name] = /^\.([A-Za-z$][\w$-]*)$/.exec(this.#word() ?? "") ?? [];
    return name === undefined ? undefined : this.#taken(name);
  }

  comparison(): Comparison {
    const word = this.#word()?.toLowerCase();
    const operator = COMPARISONS.find((known) => known === word);
    return operator === undefined ? this.fail(`pr or one of ${COMPARISONS.join(", ")} is expected`) : this.#taken(operator);
  }

  literal(): Literal {
    const token = this.#peek();
    const literal = token?.kind === "text" ? token.text : literalOf(this.#word() ?? "");
    return literal === undefined
      ? this.fail("text in double quotes, a number, true, false or null is expected")
      : this.#taken(literal);
  }

  /** Throws at the next word, or at the end. */
  fail(problem: string): never {
    throw filterInvalid(this.#peek()?.at ?? this.#length, problem);
  }

  #word(): string | undefined {
    const token = this.#peek();
    return token?.kind === "word" ? token.text : undefined;
  }

  #taken<T>(value: T): T {
    this.#next += 1;
    return value;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }
}

function isSame(token: Token | undefined, text: string): boolean {
  return token !== undefined && token.kind !== "text" && token.text.toLowerCase() === text;
}

function literalOf(word: string): Literal | undefined {
  const name = LITERALS.get(word.toLowerCase());
  if (name !== undefined) {
    return name;
  }
  return NUMBER.test(word) && Number.isFinite(Number(word)) ? Number(word) : undefined;
}

const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i;
