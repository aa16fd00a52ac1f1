import type { Literal } from "../../directory/lists/filter.ts";

/** Where an attribute is (RFC 7644, section 3.10). */
export interface AttributePath {
  /** The URN before the name, as it was given. Absent: that of the core schema. */
  readonly schema?: string | undefined;
  readonly name: string;
  readonly sub?: string | undefined;
}

export const COMPARISONS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** A filter (RFC 7644, section 3.4.2.2). `some`: an element of the list passes, whose members are the paths in `element`. */
export type ScimFilter =
  | { readonly kind: "and" | "or"; readonly terms: readonly ScimFilter[] }
  | { readonly kind: "not"; readonly term: ScimFilter }
  | { readonly kind: "compare"; readonly path: AttributePath; readonly operator: Comparison; readonly literal: Literal }
  | { readonly kind: "present"; readonly path: AttributePath }
  | { readonly kind: "some"; readonly path: AttributePath; readonly element: ScimFilter };
