import { isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";
import { scimError } from "../protocol/errors.ts";

const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const MAX_OPERATIONS = 1000;
const KINDS = ["add", "replace", "remove"] as const;

/** One step of a PATCH (RFC 7644, section 3.5.2). */
export interface PatchOperation {
  readonly kind: (typeof KINDS)[number];
  /** Undefined: the value says which attributes. */
  readonly path: string | undefined;
  /** Undefined or null: there is none. */
  readonly value: JsonValue | undefined;
}

/** Throws invalidSyntax, invalidValue, noTarget. */
export function parsePatch(body: JsonValue | undefined): PatchOperation[] {
  if (!isJsonObject(body)) {
    throw scimError("invalidSyntax", "the body must be a PatchOp");
  }
  const schemas = memberOf(body, "schemas");
  if (schemas !== undefined && !(Array.isArray(schemas) && schemas.some(isPatchOp))) {
    throw scimError("invalidSyntax", `schemas must be [${JSON.stringify(PATCH_OP)}]`);
  }
  const operations = memberOf(body, "Operations");
  if (!Array.isArray(operations) || operations.length === 0 || operations.length > MAX_OPERATIONS) {
    throw scimError("invalidSyntax", `Operations must be a list of 1 to ${MAX_OPERATIONS}`);
  }
  return operations.map(parseOperation);
}

/** The value of a member, in whatever case its name is written. */
export function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.entries(object).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function parseOperation(operation: JsonValue, index: number): PatchOperation {
  if (!isJsonObject(operation)) {
    throw scimError("invalidSyntax", `Operations[${index}] must be an object`);
  }
  const op = memberOf(operation, "op");
  const path = memberOf(operation, "path") ?? "";
  const value = memberOf(operation, "value");
  const kind = KINDS.find((known) => typeof op === "string" && known === op.toLowerCase());
  if (kind === undefined) {
    throw scimError("invalidSyntax", `Operations[${index}].op must be one of ${KINDS.join(", ")}`);
  }
  if (typeof path !== "string") {
    throw scimError("invalidPath", `Operations[${index}].path must be text`);
  }
  if (kind === "remove" && path === "") {
    throw scimError("noTarget", `Operations[${index}] must say by its path what to remove`);
  }
  if (kind !== "remove" && value === undefined) {
    throw scimError("invalidValue", `Operations[${index}] must have a value`);
  }
  return { kind, path: path === "" ? undefined : path, value };
}

function isPatchOp(urn: JsonValue): boolean {
  return typeof urn === "string" && urn.toLowerCase() === PATCH_OP.toLowerCase();
}
