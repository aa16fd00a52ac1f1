import type { AccountService } from "../../../gen/roster/v1/account_service_pb.js";
import { createAccount, setAccountStatus } from "../../directory/accounts/accounts.ts";
import { invalidField } from "../../directory/errors.ts";
import type { Store } from "../../directory/store/store.ts";
import type { Handlers } from "../pipeline/call.ts";
import { mutations } from "../pipeline/mutation.ts";
import { requireField } from "../wire/require-field.ts";
import type { Tokens } from "../wire/tokens.ts";
import { parseAccount, toAccountMessage } from "./account-message.ts";
import { deleteAccount } from "./delete-account.ts";
import { listAccounts } from "./list-accounts.ts";
import { updateAccount } from "./update-account.ts";

export interface AccountServiceDeps {
  readonly store: Store;
  readonly tokens: Tokens;
}

export function accountService({ store, tokens }: AccountServiceDeps): Handlers<typeof AccountService> {
  const mutation = mutations(store);
  return {
    createAccount: mutation(async (tx, request) => {
      const { name, ...rest } = parseAccount(requireField(request.account, "account"));
      if (name === undefined) {
        throw invalidField("account.name", "is required");
      }
      return { account: toAccountMessage(await createAccount(tx, { name, ...rest })) };
    }),

    async getAccount(_request, { accountId }) {
      return store.read(accountId, async ({ account }) => ({ account: toAccountMessage(account) }));
    },

    listAccounts: (request, call) => listAccounts(store, tokens, request, call),

    updateAccount: (request, call) => updateAccount(store, request, call),

    suspendAccount: mutation(async (tx, { etag }) => ({
      account: toAccountMessage(await setAccountStatus(tx, "SUSPENDED", etag)),
    })),

    activateAccount: mutation(async (tx, { etag }) => ({
      account: toAccountMessage(await setAccountStatus(tx, "ACTIVE", etag)),
    })),

    deleteAccount: (request, call) => deleteAccount(store, request, call),
  };
}
