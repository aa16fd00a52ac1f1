import { type FieldViolation, invalidField, invalidFields } from "../errors.ts";
import { canonicalJson, type JsonObject } from "../values/json.ts";
import { objectProblem } from "../values/metadata.ts";
import type { Account } from "./account.ts";

/** Where a user's metadata breaks the rule, as `metadata.plan`: each place once, the first few of many. Empty: nowhere. */
export type MetadataRule = (metadata: JsonObject) => readonly FieldViolation[];

/** Makes rules of JSON Schemas (2020-12). */
export interface MetadataRules {
  /**
   * The rule of a schema, which is canonical JSON. MUST cost little for one that was asked for lately, and MUST bound the time that
   * making a rule and checking by one takes, whatever the schema is. Throws FIELD_INVALID with a place in `account.metadata_schema`.
   */
  ruleOf(schema: string): Promise<MetadataRule>;
}

/** The schema as it is stored. Throws FIELD_INVALID if no rule can be made of it. */
export async function checkMetadataSchema(rules: MetadataRules, schema: JsonObject): Promise<string> {
  const problem = objectProblem(schema, { maxBytes: 32 * 1024, maxDepth: 24 });
  if (problem !== undefined) {
    throw invalidField("account.metadata_schema", problem);
  }
  const text = canonicalJson(schema);
  await rules.ruleOf(text);
  return text;
}

/** What metadata is checked with. */
interface RuledAccount {
  readonly account: Pick<Account, "metadataSchema">;
  readonly metadataRules: MetadataRules;
}

/** Throws FIELD_INVALID if the account has a rule for the metadata of users, and this breaks it. */
export async function assertMetadataRule(
  { account: { metadataSchema }, metadataRules }: RuledAccount,
  metadata: JsonObject,
): Promise<void> {
  if (metadataSchema === null) {
    return;
  }
  const violations = (await metadataRules.ruleOf(metadataSchema))(metadata);
  if (violations.length > 0) {
    throw invalidFields(violations.map((violation) => ({ ...violation, field: `user.${violation.field}` })));
  }
}
