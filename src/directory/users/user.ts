import { type FieldViolation, invalidField, invalidFields } from "../errors.ts";
import type { Micros } from "../values/clock.ts";
import { canonicalJson, type JsonObject } from "../values/json.ts";
import { metadataProblem } from "../values/metadata.ts";

export type UserStatus = "INVITED" | "ACTIVE" | "SUSPENDED";

/** What callers decide about a user. `null` means "not set". */
export interface UserValues {
  readonly externalId: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly displayName: string | null;
  readonly about: string;
  readonly project: string | null;
  readonly metadata: JsonObject;
  readonly status: UserStatus;
  readonly superAdmin: boolean;
}

/** A user as stored. Every committed change makes a new one. */
export interface User extends UserValues {
  readonly accountId: string;
  readonly id: string;
  readonly createTime: Micros;
  readonly updateTime: Micros;
  readonly deleteTime: Micros | null;
  /** 1 at create, +1 with each change. */
  readonly version: number;
  /** The account's revision that made this state. */
  readonly revision: number;
}

/** Values that a caller sends: absent ones stay or get their default, `null` clears. */
export type UserInput = { readonly [F in keyof UserValues]?: UserValues[F] };

export const USER_DEFAULTS: UserValues = {
  externalId: null,
  email: null,
  name: null,
  displayName: null,
  about: "",
  project: null,
  metadata: {},
  status: "ACTIVE",
  superAdmin: false,
};

/** The fields of UserValues by their names in the schema. */
export const USER_FIELDS = {
  external_id: "externalId",
  email: "email",
  name: "name",
  display_name: "displayName",
  about: "about",
  project: "project",
  metadata: "metadata",
  status: "status",
  super_admin: "superAdmin",
} as const satisfies Record<string, keyof UserValues>;

/**
 * The values as they will be stored: display name trimmed, empty name dropped.
 * Throws FIELD_INVALID that names every field which breaks a rule. The rules that a portable schema can state (lengths of
 * external id, about and name, the pattern of project) are stated there, and checked before this.
 */
export function checkUser(input: UserInput): UserInput {
  const checked: UserInput = {
    ...input,
    ...(input.name === "" && { name: null }),
    ...(input.displayName && { displayName: input.displayName.trim() }),
  };
  const violations: FieldViolation[] = [];
  const check = (field: keyof typeof USER_FIELDS, problem: string | undefined) => {
    if (problem !== undefined) {
      violations.push({ field: `user.${field}`, description: problem });
    }
  };
  if (checked.email != null) check("email", emailProblem(checked.email));
  if (checked.name != null) check("name", nameProblem(checked.name));
  if (checked.displayName != null) check("display_name", displayNameProblem(checked.displayName));
  if (checked.metadata !== undefined) check("metadata", metadataProblem(checked.metadata));
  if (violations.length > 0) {
    throw invalidFields(violations);
  }
  return checked;
}

/** The display name of anything, trimmed. Throws FIELD_INVALID for `field`. */
export function checkDisplayName(displayName: string, field: string): string {
  const trimmed = displayName.trim();
  const problem = displayNameProblem(trimmed);
  if (problem !== undefined) {
    throw invalidField(field, problem);
  }
  return trimmed;
}

/** What makes two e-mail addresses the same: surrounding space, case and Unicode composition do not count. */
export function foldEmail(email: string): string {
  const folded = email.trim().toLowerCase();
  return ASCII.test(folded) ? folded : folded.normalize("NFC");
}

/** What a user is found by. */
export type UserKeyKind = "id" | "externalId" | "email";

/** A key of a user as it is compared: e-mails folded, the others as they are. */
export function foldKey(kind: UserKeyKind, key: string): string {
  return kind === "email" ? foldEmail(key) : key;
}

/** Strong: differs between any two states of any users with one id. */
export function userEtag(user: User): string {
  return `${user.revision}-${user.version}`;
}

/** The fields, by their names in the schema, that differ. */
export function changedFields(before: UserValues, after: UserValues): string[] {
  return Object.entries(USER_FIELDS)
    .filter(([, key]) => !sameValue(before[key], after[key]))
    .map(([field]) => field);
}

function sameValue(a: UserValues[keyof UserValues], b: UserValues[keyof UserValues]): boolean {
  return a === b || (typeof a === "object" && typeof b === "object" && canonicalJson(a) === canonicalJson(b));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII, where there is nothing to compose.
const ASCII = /^[\x00-\x7f]*$/;

const LABEL = "[\\p{L}\\p{M}\\p{N}](?:[\\p{L}\\p{M}\\p{N}-]{0,61}[\\p{L}\\p{M}\\p{N}])?";
/** The e-mail pattern of the HTML standard, with letters of every script (RFC 6531). */
const EMAIL = new RegExp(`^[^\\s\\p{C}@"(),:;<>[\\]\\\\]{1,64}@${LABEL}(?:\\.${LABEL})*$`, "u");

function emailProblem(email: string): string | undefined {
  return EMAIL.test(email.trim()) ? undefined : "must be an e-mail address";
}

/**
 * Julep's pattern is `^[A]+[B]*$`, which backtracks quadratically. Every character of A is in B, so `^[A][B]*$` accepts the
 * same texts in linear time.
 */
const NAME =
  /^[\p{L}\p{Nl}\p{Pattern_Syntax}\p{Pattern_White_Space}][\p{ID_Start}\p{Mn}\p{Mc}\p{Nd}\p{Pc}\p{Pattern_Syntax}\p{Pattern_White_Space}]*$/u;
const BLANK = /^[\s\p{Pattern_White_Space}]*$/u;

function nameProblem(name: string): string | undefined {
  if (BLANK.test(name)) {
    return "must not be blank";
  }
  return NAME.test(name)
    ? undefined
    : "must begin with a letter, punctuation or space, and go on with letters, marks, digits, connectors, punctuation or spaces";
}

function displayNameProblem(displayName: string): string | undefined {
  const length = [...displayName.slice(0, 201)].length;
  if (length < 2 || length > 100) {
    return "must have 2 to 100 characters after trimming";
  }
  return /[\p{Cc}\p{Cs}]/u.test(displayName) ? "must not contain control characters" : undefined;
}
