import { isJsonObject, type JsonObject, type JsonValue } from "../directory/values/json.ts";
import { FORMATS } from "./formats.ts";
import { DRAFT, KEYWORDS, ROOT_KEYWORDS } from "./keywords.ts";
import type { Patterns } from "./patterns.ts";

/** So many schemas may be asked about one value, each as often as it is referred to. */
const MAX_SCHEMAS = 500;
const DEFINITIONS = "#/$defs/";
const NAME = /^[\w.-]+$/;

type Path = ReadonlyArray<string | number>;

/** A schema that keeps to the standard, but can't be taken. */
export class SchemaProblem extends Error {
  readonly path: Path;

  constructor(path: Path, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * Looks at a schema that the metaschema allows. What it may refer to are its own definitions, and not in circles: so the time of a check
 * is bounded by the schemas there are, each counted as often as it is referred to. Returns how many. Throws a SchemaProblem.
 */
export function examineSchema(schema: JsonObject, patterns: Patterns): number {
  if ((schema["$schema"] ?? DRAFT) !== DRAFT) {
    throw new SchemaProblem(["$schema"], `must be ${DRAFT}`);
  }
  const definitions = schema["$defs"] ?? {};
  const examination = new Examination(isJsonObject(definitions) ? definitions : {}, patterns);
  for (const name of Object.keys(definitions)) {
    if (!NAME.test(name) || name === "__proto__") {
      throw new SchemaProblem(["$defs", name], "must have a name of letters, digits, dots, _ and -");
    }
    examination.countDefinition(name, ["$defs", name]);
  }
  const body = Object.entries(schema).filter(([keyword]) => !ROOT_KEYWORDS.has(keyword));
  return examination.count(Object.fromEntries(body), []);
}

class Examination {
  readonly #definitions: JsonObject;
  readonly #patterns: Patterns;
  /** By name; null: it is being counted. */
  readonly #counted = new Map<string, number | null>();

  constructor(definitions: JsonObject, patterns: Patterns) {
    this.#definitions = definitions;
    this.#patterns = patterns;
  }

  /** How many schemas there are. */
  count(schema: JsonValue, path: Path): number {
    if (!isJsonObject(schema)) {
      return 1;
    }
    const lonely = ["then", "else"].find((keyword) => Object.hasOwn(schema, keyword) && !Object.hasOwn(schema, "if"));
    if (lonely !== undefined) {
      throw new SchemaProblem([...path, lonely], "means nothing without `if`");
    }
    let count = 1;
    for (const [keyword, value] of Object.entries(schema)) {
      count += this.#countBelow(keyword, value, [...path, keyword]);
    }
    if (count > MAX_SCHEMAS) {
      throw new SchemaProblem(path, `has more than ${MAX_SCHEMAS} schemas, counted as often as they are referred to`);
    }
    return count;
  }

  countDefinition(name: string, path: Path): number {
    const known = this.#counted.get(name);
    if (known === null) {
      throw new SchemaProblem(path, "refers to itself");
    }
    const definition = this.#definitions[name];
    if (definition === undefined || !Object.hasOwn(this.#definitions, name)) {
      throw new SchemaProblem(path, "there is no such definition");
    }
    this.#counted.set(name, known ?? null);
    const count = known ?? this.count(definition, ["$defs", name]);
    this.#counted.set(name, count);
    return count;
  }

  #countBelow(keyword: string, value: JsonValue, path: Path): number {
    const content = KEYWORDS.get(keyword);
    if (content === undefined) {
      const known = ROOT_KEYWORDS.has(keyword) ? "stands at the top only" : "is no keyword that is known here";
      throw new SchemaProblem(path, known);
    }
    if (content === "schema") {
      return this.count(value, path);
    }
    if (content === "value") {
      return this.#countValue(keyword, value, path);
    }
    const members = Object.entries(typeof value === "object" && value !== null ? value : {});
    return members.reduce((sum, [name, member]) => {
      const place = [...path, content === "list" ? Number(name) : name];
      return sum + this.#countMember(keyword, name, member, place);
    }, 0);
  }

  #countMember(keyword: string, name: string, member: JsonValue, path: Path): number {
    if (keyword === "patternProperties") this.#assertPattern(name, path);
    if (name === "__proto__") {
      throw new SchemaProblem(path, "no rule can be made for this name");
    }
    return this.count(member, path);
  }

  #countValue(keyword: string, value: JsonValue, path: Path): number {
    if (keyword === "pattern") this.#assertPattern(String(value), path);
    if (keyword === "format" && !Object.hasOwn(FORMATS, String(value))) {
      throw new SchemaProblem(path, `is none of ${Object.keys(FORMATS).join(", ")}`);
    }
    return keyword === "$ref" ? this.#countReference(String(value), path) : 0;
  }

  #assertPattern(pattern: string, path: Path): void {
    const problem = this.#patterns.problemOf(pattern);
    if (problem !== undefined) {
      throw new SchemaProblem(path, problem);
    }
  }

  #countReference(reference: string, path: Path): number {
    const name = reference.slice(DEFINITIONS.length);
    if (!reference.startsWith(DEFINITIONS)) {
      throw new SchemaProblem(path, `must be ${DEFINITIONS} and the name of a definition`);
    }
    return this.countDefinition(name, path);
  }
}
