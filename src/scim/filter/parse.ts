import { MAX_FILTER_DEPTH, MAX_FILTER_TERMS } from "../../filter/check.ts";
import type { AttributePath, ScimFilter } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import { parsePath } from "./paths.ts";

/** Reads a filter. Throws invalidFilter. */
export function parseScimFilter(text: string): ScimFilter {
  const cursor = new Cursor(text);
  const filter = new Parser(cursor).or(1);
  return cursor.isAtEnd ? filter : cursor.fail("and, or, or the end is expected");
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
  if (!text.includes("[")) {
    const path = parsePath(text.trim());
    return path && { path, element: undefined, sub: undefined };
  }
  const cursor = new Cursor(text);
  const path = cursor.path();
  const element = new Parser(cursor).inBrackets(1);
  const sub = cursor.subAttribute();
  return cursor.isAtEnd ? { path, element, sub } : undefined;
}

/** By recursive descent: `or` binds least, then `and`, then `not`. */
class Parser {
  readonly #cursor: Cursor;
  #terms = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  or(depth: number): ScimFilter {
    return this.#chain("or", () => this.#and(depth));
  }

  inBrackets(depth: number): ScimFilter {
    this.#cursor.demand("[");
    const element = this.or(depth + 1);
    this.#cursor.demand("]");
    return element;
  }

  #and(depth: number): ScimFilter {
    return this.#chain("and", () => this.#factor(depth));
  }

  #chain(kind: "and" | "or", read: () => ScimFilter): ScimFilter {
    const first = read();
    const terms = [first];
    while (this.#cursor.skip(kind)) terms.push(read());
    return terms.length === 1 ? first : { kind, terms };
  }

  #factor(depth: number): ScimFilter {
    if (depth > MAX_FILTER_DEPTH) {
      this.#cursor.fail(`a filter is at most ${MAX_FILTER_DEPTH} levels deep`);
    }
    if (this.#cursor.skipNot()) {
      return { kind: "not", term: this.#group(depth) };
    }
    return this.#cursor.isAt("(") ? this.#group(depth) : this.#term(depth);
  }

  #group(depth: number): ScimFilter {
    this.#cursor.demand("(");
    const filter = this.or(depth + 1);
    this.#cursor.demand(")");
    return filter;
  }

  #term(depth: number): ScimFilter {
    this.#terms += 1;
    if (this.#terms > MAX_FILTER_TERMS) {
      this.#cursor.fail(`a filter has at most ${MAX_FILTER_TERMS} terms`);
    }
    const path = this.#cursor.path();
    if (!this.#cursor.isAt("[")) {
      return this.#comparison(path);
    }
    const element = this.inBrackets(depth);
    const sub = this.#cursor.subAttribute();
    const terms = sub === undefined ? [] : [element, this.#comparison({ name: sub })];
    return { kind: "some", path, element: sub === undefined ? element : { kind: "and", terms } };
  }

  #comparison(path: AttributePath): ScimFilter {
    if (this.#cursor.skip("pr")) {
      return { kind: "present", path };
    }
    return { kind: "compare", path, operator: this.#cursor.comparison(), literal: this.#cursor.literal() };
  }
}
