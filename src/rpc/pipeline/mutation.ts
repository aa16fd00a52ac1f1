import { create, type DescMethodUnary, type MessageInitShape, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { apiKeyIdOf } from "../../directory/keys/api-key.ts";
import type { AccountTransaction } from "../../directory/store/account-view.ts";
import type { AnswerStore } from "../../directory/store/answers.ts";
import type { Origin, Store } from "../../directory/store/store.ts";
import { type Call, sourceOf } from "./call.ts";
import { findFirstAnswer, repeatableCall } from "./first-answer.ts";
import { noteRefusedRows } from "./refused-rows.ts";

type Request<M extends DescMethodUnary> = MessageShape<M["input"]> & {
  readonly requestId: string;
  readonly validateOnly?: boolean;
};

type Response<M extends DescMethodUnary> = MessageShape<M["output"]>;

/** What a mutation does, in a transaction of the account that the call is about. */
type Work<M extends DescMethodUnary> = (
  tx: AccountTransaction,
  request: Request<M>,
  call: Call<M>,
) => Promise<MessageInitShape<M["output"]>>;

type Mutation<M extends DescMethodUnary> = (request: Request<M>, call: Call<M>) => Promise<Response<M>>;

/**
 * How an answer is remembered. If there may be a user in it, or what belongs to one, it has to say whose it is; if there is a secret in
 * it, to leave that out. It does not compile otherwise.
 */
type Remember<R> = (("user" | "session" | "apiKey") & keyof R extends never ? object : { readonly userId: UserIdOf<R> }) &
  ("secret" extends keyof R ? { readonly withoutSecret: (response: R) => R } : object);

/** The user that the answer is about: once it is purged, nothing is left of the answer. */
type UserIdOf<R> = (response: R) => string | undefined;

interface AnyRemember<R> {
  readonly userId?: UserIdOf<R>;
  readonly withoutSecret?: (response: R) => R;
}

/** Nothing has to be said of an answer that is about nobody. */
type RememberArguments<R> = object extends Remember<R> ? [] : [remember: Remember<R>];

export interface MutationOptions<R> {
  readonly remember?: AnyRemember<R> | undefined;
  /** Where the answer is remembered. Default: with the account. */
  readonly answers?: (tx: AccountTransaction) => Promise<AnswerStore>;
}

/** Makes handlers of what mutations do. */
export function mutations(store: Store) {
  return <M extends DescMethodUnary>(work: Work<M>, ...[remember]: RememberArguments<Response<M>>): Mutation<M> =>
    (request, call) =>
      mutate(store, request, call, work, { remember });
}

/**
 * Runs a mutation in one transaction. A repeat of its request id returns the first answer, which is remembered in the transaction that
 * made the change; another request with that id is REQUEST_ID_REUSED. `validate_only` leaves no trace.
 */
export async function mutate<M extends DescMethodUnary>(
  store: Store,
  request: Request<M>,
  call: Call<M>,
  work: Work<M>,
  { remember = {}, answers: answersOf = async (tx) => tx.answers }: MutationOptions<Response<M>> = {},
): Promise<Response<M>> {
  const output: M["output"] = call.method.output;
  const origin = mutationOrigin(request, call);
  const repeatable =
    origin.requestId === null || origin.dryRun ? undefined : repeatableCall(call, request, origin.requestId);
  async function run(tx: AccountTransaction): Promise<Response<M>> {
    const response = create(output, await work(tx, request, call));
    noteRefusedRows(tx, response);
    return response;
  }

  return store.write(origin, async (tx) => {
    // It may have waited for other writers.
    call.assertAwaited();
    if (repeatable === undefined) {
      return run(tx);
    }
    const answers = await answersOf(tx);
    const first = await findFirstAnswer(answers, repeatable, output);
    if (first !== undefined) {
      return first;
    }
    const response = await run(tx);
    await answers.insert(repeatable.method, repeatable.requestId, {
      digest: repeatable.digest,
      caller: repeatable.caller,
      userId: remember.userId?.(response) ?? null,
      response: toBinary(output, remember.withoutSecret?.(response) ?? response),
    });
    return response;
  });
}

export function mutationOrigin<M extends DescMethodUnary>(request: Request<M>, call: Call<M>): Origin {
  const { accountId, caller } = call;
  return {
    accountId,
    apiKeyId: apiKeyIdOf(caller),
    requestId: request.requestId || null,
    source: sourceOf(call),
    dryRun: request.validateOnly ?? false,
  };
}
