import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import type { Kind } from "../callers/known.ts";
import type { Context } from "./context.ts";
import { filterFor, orderFor, some } from "./filters.ts";
import { instantFor, numberFor } from "./numbers.ts";
import { someMetadata, someSchema } from "./structs.ts";
import { ABSURD, SHORT_ABSURD } from "./texts.ts";
import { Mask, type TreeValue } from "./tree.ts";

/** A value for a field that has no message of Roster's own: of the field's own kind, or hostile. */
export function valueFor(field: DescField, context: Context, parent: DescMessage): TreeValue {
  const { random, hostile } = context;
  if (field.message !== undefined) return wellKnownFor(field, field.message, context, parent);
  if (field.enum !== undefined) {
    return random.chance(hostile) ? random.pick([-1, 99, 2 ** 31 - 1]) : random.pick(some(field.enum.values)).number;
  }
  if (field.scalar === ScalarType.STRING) return textFor(field, context);
  if (field.scalar === ScalarType.BOOL) return random.chance(field.name === "validate_only" ? 0.4 : 0.5);
  return numberFor(field, context);
}

function wellKnownFor(field: DescField, { name }: DescMessage, context: Context, parent: DescMessage): TreeValue {
  const { random, hostile } = context;
  if (name === "Struct")
    return field.name === "metadata_schema" ? someSchema(random, hostile) : someMetadata(random, hostile);
  if (name === "FieldMask") return maskFor(context, field.name === "read_mask" ? context.method.output : parent);
  return instantFor(name === "Duration", context);
}

const ODD_PATHS = [
  "*",
  "",
  "metadata.a",
  "user.id",
  "__proto__",
  "display_name.",
  "displayName",
  "a".repeat(1_000),
] as const;

/** Paths are those of the resource that the message carries: of its fields that are messages of Roster's own. */
function maskFor({ random, hostile }: Context, message: DescMessage): Mask {
  const resource = message.fields.find(({ message: inner }) => inner?.typeName.startsWith("roster."))?.message ?? message;
  const names = resource.fields.map(({ name }) => name);
  const paths = Array.from({ length: random.below(5) }, () =>
    random.chance(hostile) ? random.pick(ODD_PATHS) : random.pick(some(names)),
  );
  return new Mask(random.chance(hostile / 10) ? Array(5_000).fill("name") : paths);
}

/** Fields that repeat a value of an answer. */
const LEARNED: Readonly<Record<string, Kind>> = {
  user_id: "user",
  session_id: "session",
  external_id: "external_id",
  email: "email",
  page_token: "page_token",
  resume_token: "resume_token",
  change_token: "change_token",
  etag: "etag",
};

/** What `id` means, by the service, or by the message that it is in. */
const IDS: Readonly<Record<string, Kind>> = {
  SessionService: "session",
  ApiKeyService: "api_key",
  Session: "session",
  ApiKey: "api_key",
  User: "user",
};

function kindOf({ name, parent }: DescField, { method }: Context): Kind | undefined {
  return name === "id" ? (IDS[parent.name] ?? IDS[method.parent.name] ?? "user") : LEARNED[name];
}

function textFor(field: DescField, context: Context): string {
  const { random, hostile, known } = context;
  if (field.name === "filter") return filterFor(context);
  if (field.name === "order_by") return orderFor(context);
  if (random.chance(hostile)) return hostileText(context);
  if (field.name === "account_id")
    return random.chance(0.7) ? "" : ((random.chance(0.2) ? "-" : known.any("account", random)) ?? "");
  if (isOwn(field, context)) return context.self;
  const kind = kindOf(field, context);
  const learned = kind !== undefined && random.chance(0.8) ? known.any(kind, random) : undefined;
  return learned === undefined
    ? freshText(field.name, context)
    : random.chance(hostile / 2)
      ? spoilt(learned, context)
      : learned;
}

/** The role SELF gets no further than this with other users; others would soon have deleted themselves. */
function isOwn(field: DescField, context: Context): boolean {
  return kindOf(field, context) === "user" && context.random.chance(context.self === "SELF" ? 0.6 : 0.005);
}

function freshText(name: string, { random }: Context): string {
  const number = random.below(1_000);
  switch (name) {
    case "email":
      return `u${number}@example.com`;
    case "slug":
      return `slug-${number}`;
    case "request_id":
      return random.chance(0.3) ? "" : `r${number}`;
    case "project":
      return `p${number % 5}`;
    case "certificate_names":
      return random.chance(0.5) ? `spiffe://example.org/u${number}` : `u${number}.example.com`;
    case "self_writable":
      return random.pick(["a", "plan", "a.b"]);
    case "query":
      return random.pick(["ada", "a", "ada l", "u1 example", "é"]);
    case "name":
    case "display_name":
      return random.pick(["Ada", "Ada L", "Émilie", "Grace"]);
    case "service":
      return random.pick(["", "roster.v1.UserService", "nobody.v1.NoService"]);
    case "etag":
    case "page_token":
    case "resume_token":
    case "change_token":
      return random.chance(0.5) ? "" : `${name}${number}`;
    default:
      return `u${number % 300}`;
  }
}

function hostileText({ random, known }: Context): string {
  if (random.chance(0.02)) return random.pick(some(ABSURD))[1];
  if (random.chance(0.1)) return known.any("page_token", random) ?? "";
  return random.pick(some(SHORT_ABSURD));
}

/** With one character that is another. */
function spoilt(text: string, { random }: Context): string {
  const at = random.below(text.length);
  return text.slice(0, at) + String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << random.below(7))) + text.slice(at + 1);
}
