import { RosterError } from "../../directory/errors.ts";
import type { JsonObject } from "../../directory/values/json.ts";
import { type Answer, answer, refusal } from "../protocol/answer.ts";
import { apart, type Operation } from "../protocol/operation.ts";
import { decodeSegments } from "../protocol/path.ts";
import { parseTags } from "../protocol/preconditions.ts";
import { referencesOf, resolve } from "./references.ts";
import { type BulkOperation, parseBulk } from "./request.ts";

const BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

type Run = (operation: Operation) => Promise<Answer>;

/**
 * Does one operation after the other, each as the request that it stands for: it lands or fails by itself. One that names what a later
 * one creates waits for that. Throws what is wrong with the whole.
 */
export async function runBulk(request: Operation, run: Run): Promise<Answer> {
  const { operations, failOnErrors } = parseBulk(request.body);
  const answers = new Map<number, Answer>();
  const created = new Map<string, string>();
  let errors = 0;
  for (const index of inOrder(operations)) {
    const operation = operations[index];
    if (operation === undefined) continue;
    const result = await runOne(resolve(operation, created), request, run);
    // Who is not let in learns it at once.
    if (result.status === 401) return result;
    answers.set(index, result);
    const id = result.body?.["id"];
    if (operation.method === "POST" && operation.bulkId !== undefined && typeof id === "string")
      created.set(operation.bulkId, id);
    errors += result.status >= 400 ? 1 : 0;
    if (failOnErrors !== undefined && errors >= failOnErrors) break;
  }
  const results = operations.flatMap((operation, index) => toResult(operation, answers.get(index), request.base));
  return answer(200, { schemas: [BULK_RESPONSE], Operations: results });
}

/** As they come, but each after those that create what it names. */
function inOrder(operations: readonly BulkOperation[]): number[] {
  const needed = neededBy(operations);
  const order = new Set<number>();
  const waiting = new Set<number>();
  // With a stack of its own: a thousand may wait for each other.
  for (const first of operations.keys()) {
    const stack = [first];
    for (let index = stack.at(-1); index !== undefined; index = stack.at(-1)) {
      waiting.add(index);
      const next = needed[index]?.find((other) => !order.has(other) && !waiting.has(other));
      if (next !== undefined) {
        stack.push(next);
      } else {
        order.add(index);
        stack.pop();
      }
    }
  }
  return [...order];
}

/** For each operation those that create what it names. */
function neededBy(operations: readonly BulkOperation[]): number[][] {
  const creators = new Map<string, number>();
  for (const [index, { method, bulkId }] of operations.entries()) {
    if (method === "POST" && bulkId !== undefined) creators.set(bulkId, index);
  }
  return operations.map((operation) => [...new Set(referencesOf(operation).flatMap((id) => creators.get(id) ?? []))]);
}

async function runOne(operation: BulkOperation, request: Operation, run: Run): Promise<Answer> {
  const context = apart(request.context);
  const [missing] = referencesOf(operation);
  if (missing !== undefined) {
    return refusal(
      409,
      new RosterError("FIELD_INVALID", `nothing was created that is called bulkId:${missing}`),
      context.ids,
    );
  }
  const path = decodeSegments(operation.path);
  // A Bulk is about users, and not about itself.
  if (path === undefined || path[0] !== "Users" || path[1] === ".search") {
    return refusal(
      404,
      new RosterError("METHOD_UNKNOWN", `a Bulk knows /Users and what is below, not ${operation.path}`),
      context.ids,
    );
  }
  const { method, data, version } = operation;
  const preconditions = { ifMatch: parseTags(version), ifNoneMatch: undefined };
  return run({ ...request, method, path, query: new URLSearchParams(), body: data, preconditions, context });
}

/** Nothing for one that was left. */
function toResult({ method, bulkId, path }: BulkOperation, result: Answer | undefined, base: string): JsonObject[] {
  if (result === undefined) {
    return [];
  }
  const { status, header, body } = result;
  const version = header.get("etag");
  const location = header.get("location") ?? (method === "POST" ? null : `${base}${path}`);
  return [
    {
      method,
      ...(bulkId !== undefined && { bulkId }),
      ...(version !== null && { version }),
      ...(location !== null && { location }),
      status: String(status),
      ...(status >= 400 && body !== undefined && { response: body }),
    },
  ];
}
