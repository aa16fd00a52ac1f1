import type { MessageShape } from "@bufbuild/protobuf";
import type { AccountService, DeleteAccountRequest } from "../../../gen/roster/v1/account_service_pb.js";
import { DEFAULT_ACCOUNT } from "../../directory/accounts/account.ts";
import { deleteAccount as eraseAccount } from "../../directory/accounts/accounts.ts";
import { RosterError } from "../../directory/errors.ts";
import type { AccountTransaction } from "../../directory/store/account-view.ts";
import type { Store } from "../../directory/store/store.ts";
import type { Call } from "../pipeline/call.ts";
import { findFirstAnswer, repeatableCall } from "../pipeline/first-answer.ts";
import { mutate, mutationOrigin } from "../pipeline/mutation.ts";

type Method = (typeof AccountService)["method"]["deleteAccount"];
type Response = MessageShape<Method["output"]>;

/** The answer outlives the account: a repeat finds it although the account is gone. */
export async function deleteAccount(store: Store, request: DeleteAccountRequest, call: Call<Method>): Promise<Response> {
  try {
    return await mutate(store, request, call, erase, { answers: (tx) => tx.lastingAnswers() });
  } catch (error) {
    const isGone = error instanceof RosterError && error.reason === "ACCOUNT_NOT_FOUND";
    const first = isGone ? await findLastingAnswer(store, request, call) : undefined;
    if (first === undefined) {
      throw error;
    }
    return first;
  }
}

async function erase(tx: AccountTransaction, { etag, force }: DeleteAccountRequest) {
  await eraseAccount(tx, etag, force);
  return {};
}

async function findLastingAnswer(
  store: Store,
  request: DeleteAccountRequest,
  call: Call<Method>,
): Promise<Response | undefined> {
  const { method } = call;
  const { requestId } = request;
  if (requestId === "") {
    return undefined;
  }
  const origin = { ...mutationOrigin(request, call), accountId: DEFAULT_ACCOUNT };
  return store.write(origin, ({ answers }) =>
    findFirstAnswer(answers, repeatableCall(call, request, requestId), method.output),
  );
}
