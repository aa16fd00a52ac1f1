import type { ErrorObject } from "ajv/dist/2020.js";
import type { FieldViolation } from "../directory/errors.ts";
import { isJsonObject, type JsonValue } from "../directory/values/json.ts";
import { pathText } from "./path.ts";

/** So many places are told at most. */
const MAX_VIOLATIONS = 10;

/** The first place where a value breaks a schema, by the errors that ajv gives until it knows that it does. */
export function toViolation(root: string, value: JsonValue, errors: readonly ErrorObject[]): FieldViolation {
  return describePlace(root, value, telling(errors));
}

/** The places where a value breaks a schema, each once, by all errors that there are. */
export function toViolations(root: string, value: JsonValue, errors: readonly ErrorObject[]): FieldViolation[] {
  const alternatives = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const tells = (error: ErrorObject) =>
    // Of `if` what follows says more; of the others, what they have tried does not.
    error.keyword !== "if" &&
    (error.keyword === "propertyNames" || error.propertyName === undefined) &&
    !alternatives.some((tried) => tried !== error && isWithin(error, tried));
  const violations = new Map<string, FieldViolation>();
  for (const error of errors.filter(tells)) {
    if (violations.size === MAX_VIOLATIONS) break;
    const violation = describePlace(root, value, error);
    if (!violations.has(violation.field)) violations.set(violation.field, violation);
  }
  return violations.size > 0 ? [...violations.values()] : [toViolation(root, value, errors)];
}

function isWithin(error: ErrorObject, { instancePath }: ErrorObject): boolean {
  return error.instancePath === instancePath || error.instancePath.startsWith(`${instancePath}/`);
}

function describePlace(root: string, value: JsonValue, error: ErrorObject | undefined): FieldViolation {
  const path = error === undefined ? [] : placeOf(value, error.instancePath);
  const { member, description } = describe(error);
  return { field: pathText(root, member === undefined ? path : [...path, member]), description };
}

/** The last is of the outermost schema that failed. Of `if` it says less than the one before. */
function telling(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const last = errors.at(-1);
  return last?.keyword === "if" ? (errors.at(-2) ?? last) : last;
}

/** The steps of a JSON pointer: those into lists are numbers. */
function placeOf(root: JsonValue, pointer: string): Array<string | number> {
  let value: JsonValue | undefined = root;
  return pointer
    .split("/")
    .slice(1)
    .map((step) => {
      const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
      const isList: boolean = Array.isArray(value);
      value = isJsonObject(value) ? value[name] : Array.isArray(value) ? value[Number(name)] : undefined;
      return isList ? Number(name) : name;
    });
}

interface Description {
  /** Of the place, if it is a member that is meant. */
  readonly member?: string;
  readonly description: string;
}

function describe(error: ErrorObject | undefined): Description {
  const { keyword, params = {}, message = "breaks the schema" } = error ?? {};
  switch (keyword) {
    case "required":
      return { member: params["missingProperty"], description: "is required" };
    case "dependentRequired":
      return { member: params["missingProperty"], description: `is required where ${params["property"]} is` };
    case "additionalProperties":
      return { member: params["additionalProperty"], description: "is not allowed" };
    case "unevaluatedProperties":
      return { member: params["unevaluatedProperty"], description: "is not allowed" };
    case "propertyNames":
      return { member: params["propertyName"], description: "has a name that is not allowed" };
    case "enum":
      return {
        description: `must be one of ${params["allowedValues"].map((each: unknown) => JSON.stringify(each)).join(", ")}`,
      };
    case "anyOf":
    case "oneOf":
      return { description: `fits ${params["passingSchemas"] ? "more than one" : "none"} of the alternatives` };
    case "const":
      return { description: `must be ${JSON.stringify(params["allowedValue"])}` };
    case "false schema":
      return { description: "is not allowed" };
    default:
      return { description: message };
  }
}
