import type { Literal } from "../../directory/lists/filter.ts";
import { MAX_FILTER_DEPTH, MAX_FILTER_TERMS } from "../../filter/check.ts";
import { type AttributePath, COMPARISONS, type Comparison, type ScimFilter } from "./ast.ts";
import { parsePath } from "./paths.ts";
import { filterInvalid, type Token, tokensOf } from "./tokens.ts";

/** Reads a filter. Throws invalidFilter. */
export function parseScimFilter(text: string): ScimFilter {
  const parser = new Parser(tokensOf(text), text.length);
  const filter = parser.or(1);
  parser.end();
  return filter;
}

/** A path that may lead to elements of a list: `emails[type eq "work"].value`. */
export interface ValuePath {
  readonly path: AttributePath;
  /** Which elements. Undefined: what is at the path itself. */
  readonly element: ScimFilter | undefined;
  /** Of each element. */
  readonly sub: string | undefined;
}

/** Undefined: it is none. Throws invalidFilter for what stands in brackets. */
export function parseValuePath(text: string): ValuePath | undefined {
  const bracket = text.indexOf("[");
  if (bracket === -1) {
    const path = parsePath(text.trim());
    return path && { path, element: undefined, sub: undefined };
  }
  const parser = new Parser(tokensOf(text), text.length);
  return parser.valuePath();
}

/** By recursive descent: `or` binds least, then `and`, then `not`. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #length: number;
  #next = 0;
  #terms = 0;

  constructor(tokens: readonly Token[], length: number) {
    this.#tokens = tokens;
    this.#length = length;
  }

  or(depth: number): ScimFilter {
    return this.#chain("or", () => this.#and(depth));
  }

  end(): void {
    const token = this.#peek();
    if (token !== undefined) throw filterInvalid(token.at, "and, or, or the end is expected");
  }

  valuePath(): ValuePath | undefined {
    const path = this.#path(this.#take());
    const element = this.#elementFilter(1);
    const sub = this.#subAttribute();
    return this.#peek() === undefined ? { path, element, sub } : undefined;
  }

  #and(depth: number): ScimFilter {
    return this.#chain("and", () => this.#factor(depth));
  }

  #chain(kind: "and" | "or", read: () => ScimFilter): ScimFilter {
    const first = read();
    const terms = [first];
    while (this.#takeWord(kind)) terms.push(read());
    return terms.length === 1 ? first : { kind, terms };
  }

  #factor(depth: number): ScimFilter {
    const token = this.#take();
    if (depth > MAX_FILTER_DEPTH) {
      throw filterInvalid(token?.at ?? 0, `a filter is at most ${MAX_FILTER_DEPTH} levels deep`);
    }
    if (token?.kind === "(") {
      return this.#until(")", () => this.or(depth + 1));
    }
    if (isWord(token, "not") && this.#peek()?.kind === "(") {
      this.#next += 1;
      return { kind: "not", term: this.#until(")", () => this.or(depth + 1)) };
    }
    return this.#term(this.#path(token), depth);
  }

  #term(path: AttributePath, depth: number): ScimFilter {
    this.#terms += 1;
    if (this.#terms > MAX_FILTER_TERMS) {
      throw filterInvalid(this.#at(), `a filter has at most ${MAX_FILTER_TERMS} terms`);
    }
    if (this.#peek()?.kind !== "[") {
      return this.#comparison(path);
    }
    const element = this.#elementFilter(depth);
    const sub = this.#subAttribute();
    const terms = sub === undefined ? [element] : [element, this.#comparison({ name: sub })];
    return { kind: "some", path, element: sub === undefined ? element : { kind: "and", terms } };
  }

  #elementFilter(depth: number): ScimFilter {
    const token = this.#take();
    if (token?.kind !== "[") throw filterInvalid(this.#at(), "[ is expected");
    return this.#until("]", () => this.or(depth + 1));
  }

  /** Behind brackets. */
  #subAttribute(): string | undefined {
    const [, name] = /^\.([A-Za-z$][\w$-]*)$/.exec(this.#peek()?.text ?? "") ?? [];
    if (name !== undefined && this.#peek()?.kind === "word") {
      this.#next += 1;
      return name;
    }
    return undefined;
  }

  #comparison(path: AttributePath): ScimFilter {
    const token = this.#take();
    const operator = token?.kind === "word" ? token.text.toLowerCase() : "";
    if (operator === "pr") {
      return { kind: "present", path };
    }
    if (!isComparison(operator)) {
      throw filterInvalid(token?.at ?? this.#length, `pr or one of ${COMPARISONS.join(", ")} is expected`);
    }
    return { kind: "compare", path, operator, literal: this.#literal() };
  }

  #literal(): Literal {
    const token = this.#take();
    if (token?.kind === "text") {
      return token.text;
    }
    const literal = token?.kind === "word" ? LITERALS.get(token.text.toLowerCase()) : undefined;
    if (literal !== undefined) {
      return literal;
    }
    if (token?.kind === "word" && NUMBER.test(token.text) && Number.isFinite(Number(token.text))) {
      return Number(token.text);
    }
    throw filterInvalid(token?.at ?? this.#length, "text in double quotes, a number, true, false or null is expected");
  }

  #path(token: Token | undefined): AttributePath {
    const path = token?.kind === "word" ? parsePath(token.text) : undefined;
    if (path === undefined) {
      throw filterInvalid(token?.at ?? this.#length, "the name of an attribute is expected");
    }
    return path;
  }

  #until(sign: ")" | "]", read: () => ScimFilter): ScimFilter {
    const filter = read();
    if (this.#take()?.kind !== sign) throw filterInvalid(this.#at(), `${sign} is expected`);
    return filter;
  }

  #takeWord(word: string): boolean {
    const found = isWord(this.#peek(), word);
    if (found) this.#next += 1;
    return found;
  }

  #take(): Token | undefined {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  /** Where the token before is, or the end. */
  #at(): number {
    return this.#tokens[this.#next - 1]?.at ?? this.#length;
  }
}

const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i;

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toLowerCase() === word;
}

function isComparison(text: string): text is Comparison {
  return COMPARISONS.some((operator) => operator === text);
}
