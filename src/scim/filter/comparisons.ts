import type { Filter, Literal, Operator, Place, TextMethod } from "../../directory/lists/filter.ts";
import { parseTimestamp } from "../../filter/literals.ts";
import { scimError } from "../protocol/errors.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { Comparison } from "./ast.ts";

/** A comparison that is true of a value only. Whether there is none, and what differs, is made of `present` and `not`. */
export type Positive = Exclude<Comparison, "ne">;

/** What is asked about a value. */
export interface Question {
  readonly operator: Positive;
  readonly literal: Exclude<Literal, null>;
  /** The attribute that is asked about, for people. */
  readonly about: string;
}

/** An attribute of which no schema tells the type has that of the literal. */
export function compareAt<F extends string>(
  place: Place<F>,
  attribute: Attribute | undefined,
  question: Question,
): Filter<F> {
  const { literal } = question;
  switch (attribute?.type ?? typeof literal) {
    case "boolean":
      return compareTruth(place, question);
    case "integer":
    case "decimal":
    case "number":
      return typeof literal === "number" ? ordered(place, question) : refuse(question, "a number");
    case "dateTime":
      return ordered(place, { ...question, literal: toTime(question) });
    case "complex":
      return refuse(question, "asked for by one of its sub-attributes");
    default:
      return compareText(place, attribute, question);
  }
}

function compareText<F extends string>(place: Place<F>, attribute: Attribute | undefined, question: Question): Filter<F> {
  const { operator, literal } = question;
  if (typeof literal !== "string") {
    return refuse(question, "text in double quotes");
  }
  const folded = attribute?.caseExact === true ? {} : ({ folded: true } as const);
  const method = METHODS[operator];
  return method === undefined
    ? { ...ordered(place, question), ...folded }
    : { kind: "match", value: place, method, text: literal, ...folded };
}

/** Some clients write truth values as text. */
function compareTruth<F extends string>(place: Place<F>, question: Question): Filter<F> {
  const { operator, literal } = question;
  const truth = typeof literal === "string" ? literal.toLowerCase() : String(literal);
  if (operator !== "eq") {
    throw scimError("invalidFilter", `${question.about} is true or false: ask for it by eq or ne`);
  }
  return truth === "true" || truth === "false"
    ? { kind: "compare", value: place, operator: "==", literal: truth === "true" }
    : refuse(question, "true or false");
}

function ordered<F extends string>(place: Place<F>, question: Question) {
  const operator = OPERATORS[question.operator];
  return operator === undefined
    ? refuse(question, "text, to be asked for by co, sw or ew")
    : ({ kind: "compare", value: place, operator, literal: question.literal } as const);
}

function toTime(question: Question): number {
  const time = typeof question.literal === "string" ? parseTimestamp(question.literal) : undefined;
  return time ?? refuse(question, 'a time, as "2026-01-31T12:00:00Z"');
}

function refuse({ about }: Question, wanted: string): never {
  throw scimError("invalidFilter", `${about} must be ${wanted}`);
}

const METHODS: Readonly<Partial<Record<Positive, TextMethod>>> = { co: "contains", sw: "startsWith", ew: "endsWith" };
const OPERATORS: Readonly<Partial<Record<Positive, Operator>>> = { eq: "==", gt: ">", ge: ">=", lt: "<", le: "<=" };
