import { createHash } from "node:crypto";
import { type DescMessage, type DescMethodUnary, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { RosterError } from "../../directory/errors.ts";
import { credentialId } from "../../directory/keys/api-key.ts";
import type { AnswerStore } from "../../directory/store/answers.ts";
import { methodName } from "../permissions/permissions.ts";
import type { Call } from "./call.ts";

/** A call with a request id: a repeat has the same of all four. */
export interface RepeatableCall {
  readonly method: string;
  readonly requestId: string;
  readonly digest: Uint8Array;
  readonly caller: string;
}

export function repeatableCall<M extends DescMethodUnary>(
  { method, caller }: Pick<Call<M>, "method" | "caller">,
  request: MessageShape<M["input"]>,
  requestId: string,
): RepeatableCall {
  const digest = digestOf(method.input, request);
  return { method: methodName(method), requestId, digest, caller: credentialId(caller.credential) };
}

/** What the call was answered when it first came; undefined: it has not come before. Throws REQUEST_ID_REUSED, USER_NOT_FOUND. */
export async function findFirstAnswer<O extends DescMessage>(
  answers: AnswerStore,
  { method, requestId, digest, caller }: RepeatableCall,
  output: O,
): Promise<MessageShape<O> | undefined> {
  const first = await answers.find(method, requestId);
  if (first === undefined) {
    return undefined;
  }
  // The checks that the first answer stands for were made of its caller.
  if (first.caller !== null && first.caller !== caller) {
    throw new RosterError("REQUEST_ID_REUSED", "request_id has been used by another caller");
  }
  if (!Buffer.from(first.digest).equals(digest)) {
    throw new RosterError("REQUEST_ID_REUSED", "request_id has been used with another request");
  }
  if (first.response === null) {
    throw new RosterError("USER_NOT_FOUND", "the user that this request was about has been purged");
  }
  return fromBinary(output, first.response);
}

// Over bytes, because JSON can't say all that a message can (NaN, times out of range); with sorted keys, because clients may
// encode one request in more than one way (map order).
function digestOf<I extends DescMessage>(input: I, request: MessageShape<I>): Uint8Array {
  return createHash("sha256")
    .update(toBinary(input, withSortedKeys(request)))
    .digest();
}

function withSortedKeys<T>(value: T): T {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(withSortedKeys) as T;
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, withSortedKeys(member)])) as T;
}
