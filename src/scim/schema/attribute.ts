import type { JsonObject } from "../../directory/values/json.ts";

export type AttributeType = "string" | "boolean" | "integer" | "decimal" | "dateTime" | "reference" | "binary" | "complex";

/** An attribute, as far as something here depends on it (RFC 7643, section 7). */
export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly caseExact: boolean;
  readonly readOnly: boolean;
  /** Of a complex one; none otherwise. */
  readonly subAttributes: Attributes;
}

/** Attributes by name: the case does not count (RFC 7643, section 2.1). */
export class Attributes {
  readonly #byName: ReadonlyMap<string, Attribute>;

  constructor(attributes: readonly Attribute[]) {
    this.#byName = new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));
  }

  find(name: string): Attribute | undefined {
    return this.#byName.get(name.toLowerCase());
  }
}

export const NO_ATTRIBUTES = new Attributes([]);

/** A schema: what is published of it, and what is known by it. */
export interface Schema {
  readonly id: string;
  readonly description: JsonObject;
  readonly attributes: Attributes;
}
