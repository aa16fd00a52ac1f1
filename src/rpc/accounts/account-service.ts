import type { AccountService } from "../../../gen/roster/v1/account_service_pb.js";
import { createAccount, deleteAccount, setAccountStatus, updateAccount } from "../../directory/accounts/accounts.ts";
import { invalidField } from "../../directory/errors.ts";
import type { Store } from "../../directory/store/store.ts";
import type { Handlers } from "../pipeline/pipeline.ts";
import { mutate } from "../wire/mutate.ts";
import { answerPage } from "../wire/paging.ts";
import { required } from "../wire/required.ts";
import type { Tokens } from "../wire/tokens.ts";
import { parseAccountPatch, toAccountMessage } from "./account-message.ts";

export interface AccountServiceDeps {
  readonly store: Store;
  readonly tokens: Tokens;
}

export function accountService({ store, tokens }: AccountServiceDeps): Handlers<typeof AccountService> {
  return {
    createAccount: (request, call) =>
      mutate(store, call, request, async (tx) => {
        const { name, ...rest } = parseAccountPatch(required(request.account, "account"), undefined);
        if (name === undefined) {
          throw invalidField("account.name", "is required");
        }
        const account = await createAccount(tx, { name, ...rest });
        return { account: toAccountMessage(account) };
      }),

    async getAccount(_request, { accountId }) {
      return store.read(accountId, async ({ account }) => ({ account: toAccountMessage(account) }));
    },

    async listAccounts(request) {
      const { items, ...pageTokens } = await answerPage(tokens, { method: "ListAccounts" }, request, {
        read: (query) => store.listAccounts(query),
        keyOf: ({ id }) => [id],
      });
      return {
        accounts: items.map(toAccountMessage),
        ...pageTokens,
        ...(request.includeTotal && { totalSize: BigInt(await store.countAccounts()) }),
      };
    },

    updateAccount: (request, call) =>
      mutate(store, call, request, async (tx) => {
        const given = required(request.account, "account");
        const account = await updateAccount(tx, parseAccountPatch(given, request.updateMask), given.etag);
        return { account: toAccountMessage(account) };
      }),

    suspendAccount: (request, call) =>
      mutate(store, call, request, async (tx) => ({
        account: toAccountMessage(await setAccountStatus(tx, "SUSPENDED", request.etag)),
      })),

    activateAccount: (request, call) =>
      mutate(store, call, request, async (tx) => ({
        account: toAccountMessage(await setAccountStatus(tx, "ACTIVE", request.etag)),
      })),

    // What would be remembered of the call goes with the account.
    deleteAccount: (request, call) =>
      mutate(store, call, { ...request, requestId: "" }, async (tx) => {
        await deleteAccount(tx, request.etag, request.force);
        return {};
      }),
  };
}
