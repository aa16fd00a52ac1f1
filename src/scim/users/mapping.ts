import type { User, UserValues } from "../../directory/users/user.ts";
import { userNameProblem } from "../../directory/users/user-name.ts";
import { displayNameProblem } from "../../directory/values/display-name.ts";
import { foldEmail } from "../../directory/values/email.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";

/** The field that holds `userName`. With `external_id` the e-mail address is that of `emails`; with `email` the external id is `externalId`. */
export type UserNameRule = "external_id" | "email";

/** The fields that hold attributes. */
export type MappedFields = Pick<UserValues, "externalId" | "email" | "displayName" | "name">;
type Found = MappedFields & Pick<User, "id">;

/** An attribute, and the field that holds as much of it as fits. What does not fit is kept beside it. */
export interface MappedAttribute {
  readonly name: string;
  /** Undefined: no field holds any of it. */
  readonly field: keyof MappedFields | undefined;
  /** What the field gets; null: nothing. */
  readonly toField: (value: JsonValue | undefined) => string | null;
  /** What the fields alone say of it. */
  readonly fromFields: (fields: Found) => JsonValue | undefined;
}

export type Mapping = readonly MappedAttribute[];

export function mappingOf(rule: UserNameRule): Mapping {
  return [...(rule === "email" ? BY_EMAIL : BY_EXTERNAL_ID), DISPLAY_NAME, NAME];
}

/** The field that holds `userName`. */
export function userNameField(mapping: Mapping): UserNameField {
  return mapping.some(({ name, field }) => name === "userName" && field === "email") ? "email" : "externalId";
}

type UserNameField = "externalId" | "email";

/** `userName` as it is compared: its case does not count (RFC 7643, section 4.1.1). */
export function foldUserName(userName: string): string {
  return foldEmail(userName);
}

const DISPLAY_NAME: MappedAttribute = {
  name: "displayName",
  field: "displayName",
  toField: (value) => fitting(textOf(value)?.trim(), (text) => displayNameProblem(text) === undefined),
  fromFields: ({ displayName }) => displayName ?? undefined,
};

const MAX_NAME_LENGTH = 120;

const NAME: MappedAttribute = {
  name: "name",
  field: "name",
  toField: (value) =>
    fitting(
      fullName(value),
      (text) => [...text.slice(0, 2 * MAX_NAME_LENGTH + 1)].length <= MAX_NAME_LENGTH && userNameProblem(text) === undefined,
    ),
  fromFields: ({ name }) => (name === null ? undefined : { formatted: name }),
};

const BY_EXTERNAL_ID: Mapping = [
  {
    name: "userName",
    field: "externalId",
    toField: (value) => (typeof value === "string" ? foldUserName(value) : null),
    fromFields: ({ externalId, email, id }) => externalId ?? email ?? id,
  },
  { name: "externalId", field: undefined, toField: () => null, fromFields: () => undefined },
  {
    name: "emails",
    field: "email",
    toField: (value) => primaryValue(value) ?? null,
    fromFields: emailsOf,
  },
];

const BY_EMAIL: Mapping = [
  {
    name: "userName",
    field: "email",
    toField: (value) => textOf(value) ?? null,
    fromFields: ({ externalId, email, id }) => email ?? externalId ?? id,
  },
  {
    name: "externalId",
    field: "externalId",
    toField: (value) => textOf(value) ?? null,
    fromFields: ({ externalId }) => externalId ?? undefined,
  },
  { name: "emails", field: undefined, toField: () => null, fromFields: emailsOf },
];

function emailsOf({ email }: MappedFields): JsonValue | undefined {
  return email === null ? undefined : [{ value: email, primary: true }];
}

/** Of several addresses the primary one, else the first for work, else the first. */
function primaryValue(emails: JsonValue | undefined): string | undefined {
  const entries = (Array.isArray(emails) ? emails : []).filter(isJsonObject).filter(({ value }) => textOf(value));
  const chosen = entries.find(({ primary }) => primary === true) ?? entries.find(({ type }) => isWork(type)) ?? entries[0];
  return textOf(chosen?.["value"]);
}

function isWork(type: JsonValue | undefined): boolean {
  return typeof type === "string" && type.toLowerCase() === "work";
}

/** As a person is called: `formatted`, or else what it would be made of. */
function fullName(name: JsonValue | undefined): string | undefined {
  const parts: JsonObject = isJsonObject(name) ? name : {};
  const { formatted, givenName, middleName, familyName } = parts;
  return textOf(formatted) ?? (joined([givenName, middleName, familyName]) || undefined);
}

function joined(parts: ReadonlyArray<JsonValue | undefined>): string {
  return parts.flatMap((part) => textOf(part) ?? []).join(" ");
}

/** Undefined for the empty text, too. */
function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function fitting(text: string | undefined, fits: (text: string) => boolean): string | null {
  return text !== undefined && fits(text) ? text : null;
}
