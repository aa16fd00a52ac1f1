import { createHash } from "node:crypto";
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { RosterError } from "../../directory/errors.ts";
import { apiKeyIdOf } from "../../directory/keys/api-key.ts";
import type { AccountTransaction } from "../../directory/store/account-view.ts";
import type { Store } from "../../directory/store/store.ts";
import { methodName } from "../pipeline/permissions.ts";
import type { Call } from "../pipeline/pipeline.ts";

interface Mutation {
  readonly requestId: string;
  readonly validateOnly?: boolean;
}

/** How an answer is kept for repeats: what of it, and which user it is about. */
interface Keep<O extends DescMessage> {
  readonly userId?: (response: MessageShape<O>) => string | undefined;
  readonly strip?: (response: MessageShape<O>) => MessageShape<O>;
}

/**
 * Runs a mutation in one transaction of the call's account. A repeat of its request id returns the first answer, from the
 * same transaction that made the change; another request with that id is REQUEST_ID_REUSED. `validate_only` leaves no trace.
 */
export async function mutate<I extends DescMessage, O extends DescMessage>(
  store: Store,
  call: Call<DescMethodUnary<I, O>>,
  request: MessageShape<I> & Mutation,
  work: (tx: AccountTransaction) => Promise<MessageInitShape<O>>,
  keep: Keep<O> = {},
): Promise<MessageShape<O>> {
  const { input, output } = call.method;
  const requestId = request.requestId || null;
  const dryRun = request.validateOnly ?? false;
  const origin = { accountId: call.accountId, apiKeyId: apiKeyIdOf(call.caller), requestId, dryRun };
  return store.write(origin, async (tx) => {
    // It may have waited for other writers.
    call.assertAwaited();
    if (requestId === null || dryRun) {
      return create(output, await work(tx));
    }
    const name = methodName(call.method);
    const digest = requestDigest(input, request);
    const first = await tx.answers.find(name, requestId);
    if (first !== undefined) {
      return fromBinary(output, replay(first, digest));
    }
    const response = create(output, await work(tx));
    await tx.answers.insert(name, requestId, {
      digest,
      userId: keep.userId?.(response) ?? null,
      response: toBinary(output, keep.strip?.(response) ?? response),
    });
    return response;
  });
}

function replay(
  first: { readonly digest: Uint8Array; readonly response: Uint8Array | null },
  digest: Uint8Array,
): Uint8Array {
  if (!Buffer.from(first.digest).equals(digest)) {
    throw new RosterError("REQUEST_ID_REUSED", "request_id has been used with another request");
  }
  if (first.response === null) {
    throw new RosterError("USER_NOT_FOUND", "the user that this request was about has been purged");
  }
  return first.response;
}

// Over bytes, because JSON can't say all that a message can (NaN, times out of range); with sorted keys, because clients may
// encode one request in more than one way (map order).
function requestDigest<I extends DescMessage>(input: I, request: MessageShape<I>): Uint8Array {
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
