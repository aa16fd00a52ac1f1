import { type FieldViolation, invalidFields } from "../errors.ts";
import { displayNameProblem } from "../values/display-name.ts";
import { emailProblem } from "../values/email.ts";
import { canonicalJson } from "../values/json.ts";
import { metadataProblem } from "../values/metadata.ts";
import { keysOf } from "../values/records.ts";
import type { UserValues } from "./user.ts";
import { userNameProblem } from "./user-name.ts";

/** All that the directory knows of a field that callers decide about. */
export interface UserField<V> {
  /** In the schema. */
  readonly name: string;
  /** What a new user gets, and one whose field is cleared. */
  readonly default: V;
  /** False: an update that names the field must give a value. Default: true. */
  readonly clearable?: boolean;
  /** The value as it is stored. Default: as it is given. */
  readonly normalise?: (given: V) => V;
  /**
   * The rule that a value breaks. What a portable schema can state (lengths of external id, about and name, the pattern of
   * project) is stated there, and checked before this.
   */
  readonly problem?: (value: NonNullable<V>) => string | undefined;
}

export type UserFieldKey = keyof UserValues;
type UserFields = { readonly [F in UserFieldKey]: UserField<UserValues[F]> };

const TABLE = {
  externalId: { name: "external_id", default: null },
  email: { name: "email", default: null, problem: emailProblem },
  emailVerifyTime: { name: "email_verify_time", default: null },
  name: { name: "name", default: null, normalise: (name) => name || null, problem: userNameProblem },
  displayName: {
    name: "display_name",
    default: null,
    normalise: (displayName) => displayName?.trim() ?? null,
    problem: displayNameProblem,
  },
  about: { name: "about", default: "" },
  project: { name: "project", default: null },
  metadata: { name: "metadata", default: {}, problem: metadataProblem },
  status: { name: "status", default: "ACTIVE", clearable: false },
  superAdmin: { name: "super_admin", default: false, clearable: false },
} as const satisfies UserFields;

/** Every field that callers decide about. Defaults, checks, update masks and the change history go by this table. */
export const USER_FIELDS: UserFields = TABLE;

/** A field that callers decide about, by its name in the schema. */
export type UserFieldName = (typeof TABLE)[UserFieldKey]["name"];

/** The keys of `USER_FIELDS`, in their order. */
export const USER_FIELD_KEYS: readonly UserFieldKey[] = keysOf(USER_FIELDS);

/** What a user is where a caller says nothing. */
export const USER_DEFAULTS: UserValues = userDefaults();

function userDefaults(): UserValues {
  const entries = USER_FIELD_KEYS.map((key) => [key, USER_FIELDS[key].default]);
  return Object.fromEntries(entries) as { [F in UserFieldKey]: UserValues[F] };
}

/**
 * The values as they will be stored: display name trimmed, empty name dropped.
 * Throws FIELD_INVALID that names every field which breaks a rule.
 */
export function checkUser(input: Partial<UserValues>): Partial<UserValues> {
  const checked = { ...input };
  const violations: FieldViolation[] = [];
  for (const key of CHECKED_KEYS) {
    const problem = checkField(checked, key);
    if (problem !== undefined) {
      violations.push({ field: `user.${USER_FIELDS[key].name}`, description: problem });
    }
  }
  if (violations.length > 0) {
    throw invalidFields(violations);
  }
  return checked;
}

const CHECKED_KEYS = USER_FIELD_KEYS.filter(
  (key) => USER_FIELDS[key].normalise !== undefined || USER_FIELDS[key].problem !== undefined,
);

function checkField<F extends UserFieldKey>(
  values: { -readonly [K in UserFieldKey]?: UserValues[K] },
  key: F,
): string | undefined {
  const { normalise, problem }: UserField<UserValues[F]> = USER_FIELDS[key];
  const given: UserValues[F] | undefined = values[key];
  if (given === undefined) {
    return undefined;
  }
  const value = normalise === undefined ? given : normalise(given);
  values[key] = value;
  return value === null ? undefined : problem?.(value);
}

/** The fields, by their names in the schema, that differ. */
export function changedFields(before: UserValues, after: UserValues): string[] {
  return USER_FIELD_KEYS.filter((key) => !sameValue(before[key], after[key])).map((key) => USER_FIELDS[key].name);
}

function sameValue(a: UserValues[UserFieldKey], b: UserValues[UserFieldKey]): boolean {
  return a === b || (typeof a === "object" && typeof b === "object" && canonicalJson(a) === canonicalJson(b));
}
