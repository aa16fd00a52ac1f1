import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { MetadataRule } from "../directory/accounts/metadata-rules.ts";
import { type FieldViolation, invalidField } from "../directory/errors.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../directory/values/json.ts";
import { examineSchema, SchemaProblem } from "./examine.ts";
import { FORMATS } from "./formats.ts";
import { DRAFT, ROOT_KEYWORDS } from "./keywords.ts";
import { pathText } from "./path.ts";
import { Patterns, TooManySteps } from "./patterns.ts";
import { toViolation, toViolations } from "./violation.ts";

const ROOT = "account.metadata_schema";
/** Each value may be asked about by each schema. So many questions are as many as a check may take. */
const MAX_QUESTIONS = 1_000_000;
/** Every answer that is no may take room. So many questions are asked to the end; of more, the first no is told. */
const MAX_ANSWERS = 20_000;

const metaschema = new Ajv2020({ strictTypes: false, strictTuples: false, validateFormats: false });

/** The rule of a schema, which is JSON. Throws FIELD_INVALID. */
export function makeRule(text: string): MetadataRule {
  const schema: JsonValue = JSON.parse(text);
  if (!isJsonObject(schema)) {
    throw invalidField(ROOT, "must be an object");
  }
  const patterns = new Patterns();
  const { check, schemas } = compile(schema, patterns);
  let checkToTheEnd: ValidateFunction | undefined;
  return (metadata) => {
    const questions = countValues(metadata) * schemas;
    if (questions > MAX_QUESTIONS) {
      return [ofAll(`has too many values for a metadata_schema of ${schemas} schemas`)];
    }
    patterns.reset();
    try {
      const first = errorsOf(check, metadata);
      if (first.length === 0 || questions > MAX_ANSWERS) {
        return first.length === 0 ? [] : [toViolation("metadata", metadata, first)];
      }
      patterns.reset();
      checkToTheEnd ??= createAjv(patterns, { allErrors: true }).compile(withoutIdentity(schema));
      return toViolations("metadata", metadata, errorsOf(checkToTheEnd, metadata));
    } catch (error) {
      if (error instanceof TooManySteps) {
        return [ofAll("has too much text for the patterns of the account's metadata_schema")];
      }
      throw error;
    }
  };
}

function ofAll(description: string): FieldViolation {
  return { field: "metadata", description };
}

function errorsOf(check: ValidateFunction, metadata: JsonObject): readonly ErrorObject[] {
  try {
    return check(metadata) ? [] : (check.errors ?? []);
  } finally {
    // They point into the metadata.
    check.errors = null;
  }
}

/** ajv makes a function of the schema: nothing reaches it that has not been looked at. */
function compile(schema: JsonObject, patterns: Patterns): { check: ValidateFunction; schemas: number } {
  if (metaschema.validate(DRAFT, schema) !== true) {
    const { field, description } = toViolation(ROOT, schema, metaschema.errors?.slice(0, 1) ?? []);
    throw invalidField(field, description);
  }
  try {
    const schemas = examineSchema(schema, patterns);
    return { check: createAjv(patterns).compile(withoutIdentity(schema)), schemas };
  } catch (error) {
    if (error instanceof SchemaProblem) {
      throw invalidField(pathText(ROOT, error.path), error.message);
    }
    // What strict mode finds: limits, say, that nothing can keep to.
    throw invalidField(ROOT, error instanceof Error ? error.message : String(error));
  }
}

/** An ajv for one schema: each keeps all that it has compiled. */
function createAjv(patterns: Patterns, { allErrors } = { allErrors: false }): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors,
    meta: false,
    validateSchema: false,
    strictTypes: false,
    strictTuples: false,
    inlineRefs: false,
    ownProperties: true,
    formats: FORMATS,
    logger: false,
    code: {
      optimize: false,
      regExp: Object.assign((pattern: string) => patterns.compile(pattern), { code: "patterns.compile" }),
    },
  });
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    validate: (wanted: boolean, items: readonly JsonValue[]) => !wanted || areUnique(items),
    error: { message: "must not have the same item twice" },
  });
  return ajv;
}

/** ajv's own compares each item with each other. */
function areUnique(items: readonly JsonValue[]): boolean {
  return new Set(items.map(canonicalJson)).size === items.length;
}

/** It refers to nothing by its id. */
function withoutIdentity(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).filter(([keyword]) => keyword === "$defs" || !ROOT_KEYWORDS.has(keyword)),
  );
}

function countValues(value: JsonValue): number {
  return typeof value === "object" && value !== null
    ? Object.values(value).reduce((count: number, member) => count + countValues(member), 1)
    : 1;
}
