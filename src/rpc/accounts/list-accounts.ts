import type { ListAccountsRequest, Account as Message } from "../../../gen/roster/v1/account_service_pb.js";
import { ACCOUNT_ORDER } from "../../directory/accounts/account-order.ts";
import { listKey, parseOrderBy, spellOrder } from "../../directory/lists/order.ts";
import type { Store } from "../../directory/store/store.ts";
import { parseAccountFilter } from "../../filter/accounts.ts";
import type { Call } from "../pipeline/call.ts";
import { answerList, type ListAnswer } from "../wire/paging.ts";
import type { Tokens } from "../wire/tokens.ts";
import { toAccountMessage } from "./account-message.ts";

export async function listAccounts(
  store: Store,
  tokens: Tokens,
  request: ListAccountsRequest,
  call: Call,
): Promise<ListAnswer & { readonly accounts: Message[] }> {
  const filter = parseAccountFilter(request.filter);
  const order = parseOrderBy(request.orderBy.trim() || "id", ACCOUNT_ORDER);
  const binding = { method: "ListAccounts", filter: request.filter, order_by: spellOrder(order) };
  return call.runLongList(async () => {
    call.assertAwaited();
    const { items, answer } = await answerList(tokens, binding, request, {
      read: (query) => store.listAccounts({ ...query, order, filter }),
      keyOf: (account) => listKey(account, order, ACCOUNT_ORDER),
      count: (upTo) => store.countAccounts({ filter }, upTo),
    });
    return { accounts: items.map(toAccountMessage), ...answer };
  });
}
