import type { DescField, DescMessage } from "@bufbuild/protobuf";
import type { Context } from "./context.ts";
import { isWellKnown, type Tree, type TreeValue } from "./tree.ts";
import { valueFor } from "./values.ts";

/** Without these, a request ends at the validation. */
const NEEDED: ReadonlySet<string> = new Set([
  "user",
  "users",
  "updates",
  "session",
  "account",
  "api_key",
  "id",
  "user_id",
  "key",
  "keys",
  "display_name",
  "role",
  "per_second",
]);
const ALWAYS = 0.95;
const HARDLY = 0.04;
/** Set by the server, and refused or ignored from callers. */
const OUTPUT_ONLY: ReadonlySet<string> = new Set([
  "create_time",
  "update_time",
  "delete_time",
  "end_time",
  "version",
  "revision",
]);
/** Fields that other methods than the named ones refuse. */
const ONLY_IN: Readonly<Record<string, RegExp>> = {
  "Account.id": /^none$/,
  "Account.name": /^(Create|Update)Account$/,
  "ApiKey.id": /^UpdateApiKey$/,
  "ApiKey.user_id": /^CreateApiKey$/,
  "ApiKey.role": /^CreateApiKey$/,
  "Session.id": /^UpdateSession$/,
  "Session.user_id": /^CreateSession$/,
  "User.id": /^(Upsert|Update|Import|BatchUpdate)Users?$/,
  "UpdateApiKeyRequest.update_mask": /^UpdateApiKey$/,
};
const MAX_DEPTH = 4;

/** A request of a message: most fields that it needs, some of the others. */
export function treeFor(message: DescMessage, context: Context, depth = 0): Tree {
  const { random, hostile } = context;
  const tree: Record<string, TreeValue> = {};
  for (const member of message.members) {
    if (member.kind === "field") {
      if (random.chance(likelihoodOf(member, context, depth))) tree[member.name] = fieldFor(member, context, message, depth);
      continue;
    }
    const first = member.fields[random.below(member.fields.length)];
    if (first !== undefined && random.chance(0.95)) tree[first.name] = fieldFor(first, context, message, depth);
    const second = member.fields[random.below(member.fields.length)];
    if (second !== undefined && random.chance(hostile / 10)) tree[second.name] = fieldFor(second, context, message, depth);
  }
  return tree;
}

function likelihoodOf({ name, parent }: DescField, { method }: Context, depth: number): number {
  const methods = ONLY_IN[`${parent.name}.${name}`];
  if (methods !== undefined) return methods.test(method.name) ? ALWAYS : HARDLY;
  if (NEEDED.has(name)) return ALWAYS;
  return OUTPUT_ONLY.has(name) ? HARDLY : depth === 0 ? 0.3 : 0.2;
}

function fieldFor(field: DescField, context: Context, parent: DescMessage, depth: number): TreeValue {
  const one = () =>
    field.message === undefined || isWellKnown(field.message)
      ? valueFor(field, context, parent)
      : depth < MAX_DEPTH
        ? treeFor(field.message, context, depth + 1)
        : {};
  return field.fieldKind === "list" ? Array.from({ length: lengthFor(context) }, one) : one();
}

function lengthFor({ random, hostile }: Context): number {
  if (random.chance(hostile / 50)) return 1_001;
  return random.chance(0.03) ? 60 : random.below(4);
}
