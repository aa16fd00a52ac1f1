export const DRAFT = "https://json-schema.org/draft/2020-12/schema";

/** What a keyword has below it: nothing that is a schema, one, a list of them, or some by names. */
type Content = "value" | "schema" | "list" | "names";

/** The keywords that a schema may have. Others are refused: what would not be checked must not look as if it were. */
export const KEYWORDS: ReadonlyMap<string, Content> = new Map<string, Content>([
  ...each("value", [
    ...["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"],
    ...["type", "enum", "const", "format", "pattern", "minLength", "maxLength"],
    ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
    ...["minItems", "maxItems", "uniqueItems", "minContains", "maxContains"],
    ...["minProperties", "maxProperties", "required", "dependentRequired", "$ref"],
  ]),
  ...each("schema", ["not", "if", "then", "else", "items", "contains", "unevaluatedItems"]),
  ...each("schema", ["additionalProperties", "propertyNames", "unevaluatedProperties"]),
  ...each("list", ["allOf", "anyOf", "oneOf", "prefixItems"]),
  ...each("names", ["properties", "patternProperties", "dependentSchemas"]),
]);

/** The keywords that only the whole may have. */
export const ROOT_KEYWORDS: ReadonlySet<string> = new Set(["$schema", "$id", "$defs"]);

function each(content: Content, keywords: readonly string[]): Array<[string, Content]> {
  return keywords.map((keyword) => [keyword, content]);
}
