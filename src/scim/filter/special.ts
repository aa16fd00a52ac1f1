import type { UserFilter, UserFilterField } from "../../directory/lists/filter.ts";
import { scimError } from "../protocol/errors.ts";
import type { Attribute } from "../schema/attribute.ts";
import { CORE, ENTERPRISE } from "../schema/schemas.ts";
import { KEPT } from "../users/kept.ts";
import { foldUserName, type Mapping, userNameField } from "../users/mapping.ts";
import type { Question } from "./comparisons.ts";
import { ALWAYS, and, NEVER, not, or, placed, type Target } from "./targets.ts";

/** By what a user is called: the field of `userName` or, where there is none, the other one, or else the id. */
export function userNameTarget(mapping: Mapping, attribute: Attribute | undefined): Target<UserFilterField> {
  const [first, second] =
    userNameField(mapping) === "email" ? (["email", "external_id"] as const) : (["external_id", "email"] as const);
  const lacks = (field: UserFilterField) => not<UserFilterField>({ kind: "has", value: { field } });
  const ask = (field: UserFilterField, question: Question) => placed({ field }, attribute).compare(question);
  return {
    present: ALWAYS,
    compare: (question) =>
      or(
        isCalled(question, first) ?? ask(first, withoutCase(question)),
        and(lacks(first), ask(second, question)),
        and(lacks(first), lacks(second), ask("id", question)),
      ),
  };
}

/** The spellings that an index has. */
export function userNameSpellings(userName: string): string[] {
  return [...new Set([foldUserName(userName), userName])];
}

/** Undefined: it has to be asked otherwise. */
function isCalled({ operator, literal }: Question, field: UserFilterField): UserFilter | undefined {
  return field === "external_id" && operator === "eq" && typeof literal === "string"
    ? { kind: "in", value: { field }, literals: userNameSpellings(literal) }
    : undefined;
}

function withoutCase(question: Question): Question {
  const { literal } = question;
  return typeof literal === "string" ? { ...question, literal: literal.toLowerCase().normalize("NFC") } : question;
}

export function compareActive({ operator, literal }: Question): UserFilter {
  const truth = String(literal).toLowerCase();
  if (operator !== "eq" || (truth !== "true" && truth !== "false")) {
    throw scimError("invalidFilter", "active is true or false: ask for it by eq or ne");
  }
  const suspended: UserFilter = { kind: "compare", value: { field: "status" }, operator: "==", literal: "SUSPENDED" };
  return truth === "true" ? not(suspended) : suspended;
}

export function compareResourceType({ operator, literal, about }: Question): UserFilter {
  return constant(operator, about, literal === "User");
}

export function compareSchema({ operator, literal, about }: Question): UserFilter {
  const urn = String(literal);
  const isKnown = [CORE, ENTERPRISE].find((known) => known.toLowerCase() === urn.toLowerCase());
  const answer = constant(operator, about, isKnown === CORE);
  return isKnown === CORE ? answer : { kind: "has", value: { path: [KEPT, isKnown ?? urn] } };
}

function constant(operator: Question["operator"], about: string, holds: boolean): UserFilter {
  if (operator !== "eq") {
    throw scimError("invalidFilter", `${about} is asked for by eq or ne`);
  }
  return holds ? ALWAYS : NEVER;
}
