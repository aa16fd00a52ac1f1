import type { MetadataRule, MetadataRules } from "../directory/accounts/metadata-rules.ts";

/** Rules that are remembered. */
const MAX_RULES = 500;

/** Rules by their schemas: a schema never stands for another rule, whatever becomes of accounts and their transactions. */
export function createMetadataRules(): MetadataRules {
  const known = new Map<string, MetadataRule>();
  return {
    async ruleOf(schema) {
      const rule = known.get(schema) ?? (await make(schema));
      // The one that was asked for last goes to the end.
      known.delete(schema);
      known.set(schema, rule);
      const [oldest] = known.keys();
      if (known.size > MAX_RULES && oldest !== undefined) known.delete(oldest);
      return rule;
    },
  };
}

/** Servers whose accounts have no schemas start without what makes rules. */
async function make(schema: string): Promise<MetadataRule> {
  const { makeRule } = await import("./make-rule.ts");
  return makeRule(schema);
}
