import { RosterError } from "../../directory/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";
import { memberOf } from "../patch/request.ts";
import { scimError } from "../protocol/errors.ts";

export const MAX_BULK_OPERATIONS = 1000;
const BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const METHODS = ["POST", "PUT", "PATCH", "DELETE"] as const;

/** One of the operations that come together (RFC 7644, section 3.7). */
export interface BulkOperation {
  readonly method: (typeof METHODS)[number];
  /** `/Users`, or `/Users/` and an id or `bulkId:` and that of another operation. */
  readonly path: string;
  /** What other operations call the user that this one creates. */
  readonly bulkId: string | undefined;
  /** The state that the operation is about. */
  readonly version: string | undefined;
  readonly data: JsonValue | undefined;
}

export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** After so many that fail, the rest is left. Undefined: nothing is. */
  readonly failOnErrors: number | undefined;
}

/** Throws invalidSyntax, invalidValue, MESSAGE_TOO_LARGE. */
export function parseBulk(body: JsonValue | undefined): BulkRequest {
  const operations = isJsonObject(body) ? memberOf(body, "Operations") : undefined;
  if (!isJsonObject(body) || !Array.isArray(operations)) {
    throw scimError("invalidSyntax", "the body must be a BulkRequest with a list of Operations");
  }
  const schemas = memberOf(body, "schemas");
  if (schemas !== undefined && !(Array.isArray(schemas) && schemas.includes(BULK_REQUEST))) {
    throw scimError("invalidSyntax", `schemas must be [${JSON.stringify(BULK_REQUEST)}]`);
  }
  if (operations.length > MAX_BULK_OPERATIONS) {
    throw new RosterError("MESSAGE_TOO_LARGE", `a Bulk has at most ${MAX_BULK_OPERATIONS} operations`);
  }
  const parsed = operations.map(parseOperation);
  const ids = parsed.flatMap(({ bulkId }) => bulkId ?? []);
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) {
    throw scimError("invalidValue", `the bulkId ${JSON.stringify(repeated)} comes twice`);
  }
  return { operations: parsed, failOnErrors: parseFailOnErrors(memberOf(body, "failOnErrors")) };
}

function parseOperation(operation: JsonValue, index: number): BulkOperation {
  if (!isJsonObject(operation)) {
    throw scimError("invalidSyntax", `Operations[${index}] must be an object`);
  }
  const verb = textAt(operation, "method", index)?.toUpperCase();
  const method = METHODS.find((known) => known === verb);
  const path = textAt(operation, "path", index);
  const bulkId = textAt(operation, "bulkId", index);
  if (method === undefined || path === undefined) {
    throw scimError("invalidSyntax", `Operations[${index}] must have a path and a method of ${METHODS.join(", ")}`);
  }
  if (method === "POST" && (bulkId === undefined || bulkId === "")) {
    throw scimError("invalidValue", `Operations[${index}] must have a bulkId`);
  }
  return { method, path, bulkId, version: textAt(operation, "version", index), data: memberOf(operation, "data") };
}

function textAt(operation: JsonObject, name: string, index: number): string | undefined {
  const value = memberOf(operation, name) ?? undefined;
  if (value !== undefined && typeof value !== "string") {
    throw scimError("invalidSyntax", `Operations[${index}].${name} must be text`);
  }
  return value;
}

function parseFailOnErrors(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null || value === 0) {
    return undefined;
  }
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw scimError("invalidValue", "failOnErrors must be a whole number");
  }
  return value;
}
