import type { UserFieldName } from "../users/user-fields.ts";

/**
 * What a list is filtered by, checked: `field` is one of the resource's fields, and literals have its type. A comparison with
 * an absent value, or with one of another type, is false, whatever the operator; and, or and not on top are the ordinary ones.
 * `some`: an object in the list at the path passes, whose members are the places of `element`. Elements have no such lists.
 */
export type Filter<F extends string = string> =
  | { readonly kind: "and" | "or"; readonly terms: ReadonlyArray<Filter<F>> }
  | { readonly kind: "not"; readonly term: Filter<F> }
  | { readonly kind: "some"; readonly path: MetadataPath; readonly element: Filter<never> }
  | FilterTerm<F>;

/**
 * `member`: the list at the place has such an element. `match`: literal and case-sensitive. `has`: JSON null is a value. With `folded`,
 * texts are equal, ordered and matched as a field has it that folds them, anywhere else without the case of ASCII letters.
 */
export type FilterTerm<F extends string = string> =
  | {
      readonly kind: "compare";
      readonly value: Place<F>;
      readonly operator: Operator;
      readonly literal: Literal;
      readonly folded?: true;
    }
  | { readonly kind: "in"; readonly value: Place<F>; readonly literals: readonly Literal[] }
  | { readonly kind: "member"; readonly value: Place<F>; readonly literal: Literal }
  | {
      readonly kind: "match";
      readonly value: Place<F>;
      readonly method: TextMethod;
      readonly text: string;
      readonly folded?: true;
    }
  | { readonly kind: "has"; readonly value: Place<F> };

/** Where a value is: a field, or metadata. */
export type Place<F extends string = string> = { readonly field: F } | { readonly path: MetadataPath };

/** Keys of objects within metadata, outermost first; at least one. Arrays have no keys. */
export type MetadataPath = readonly string[];

/** As `folded` compares text where no field folds it: databases agree on the case of no other letters. */
export function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export type Operator = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type TextMethod = "startsWith" | "endsWith" | "contains";

/** Times are micros. Text has neither U+0000 nor unpaired surrogates, and goes by the bytes of its UTF-8. */
export type Literal = string | number | boolean | null;

/** What users can be filtered by, besides metadata: names of the schema. E-mails are equal when they are so folded. */
export type UserFilterField =
  | Exclude<UserFieldName, "metadata">
  | "account_id"
  | "id"
  | "create_time"
  | "update_time"
  | "delete_time"
  | "version";

export type UserFilter = Filter<UserFilterField>;

/** What sessions can be filtered by, besides metadata: names of the schema. */
export type SessionFilterField =
  | "account_id"
  | "id"
  | "user_id"
  | "external_id"
  | "create_time"
  | "update_time"
  | "end_time";

/** What audit entries can be filtered by: names of the schema. */
export type AuditFilterField =
  | "sequence"
  | "time"
  | "method"
  | "caller_account_id"
  | "caller_user_id"
  | "api_key_id"
  | "token_issuer"
  | "token_subject"
  | "address"
  | "request_id"
  | "outcome"
  | "action"
  | "resource"
  | "resource_id"
  | "user_id"
  | "changed_fields"
  | "count";

export type AuditFilter = Filter<AuditFilterField>;

export type SessionFilter = Filter<SessionFilterField>;

/** What accounts can be filtered by, besides metadata: names of the schema. */
export type AccountFilterField = "id" | "name" | "slug" | "status" | "create_time" | "update_time" | "revision";

export type AccountFilter = Filter<AccountFilterField>;

/** What keys can be filtered by: names of the schema. They have no metadata. */
export type ApiKeyFilterField =
  | "account_id"
  | "id"
  | "display_name"
  | "user_id"
  | "role"
  | "require_nonce"
  | "create_time"
  | "expire_time"
  | "last_use_time"
  | "revoke_time";

export type ApiKeyFilter = Filter<ApiKeyFilterField>;
