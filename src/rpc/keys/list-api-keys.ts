import type { ListApiKeysRequest, ApiKey as Message } from "../../../gen/roster/v1/api_key_service_pb.js";
import { ALL_ACCOUNTS } from "../../directory/accounts/account.ts";
import type { ApiKey } from "../../directory/keys/api-key.ts";
import { API_KEY_ORDER } from "../../directory/keys/api-key-order.ts";
import type { Listing } from "../../directory/lists/list.ts";
import { listKey, parseOrderBy, spellOrder } from "../../directory/lists/order.ts";
import type { Store } from "../../directory/store/store.ts";
import { parseApiKeyFilter } from "../../filter/api-keys.ts";
import type { Call } from "../pipeline/call.ts";
import { answerList, type ListAnswer } from "../wire/paging.ts";
import type { Tokens } from "../wire/tokens.ts";
import { toApiKeyMessage } from "./api-key-message.ts";

export async function listApiKeys(
  store: Store,
  tokens: Tokens,
  request: ListApiKeysRequest,
  call: Call,
): Promise<ListAnswer & { readonly apiKeys: Message[] }> {
  const { accountId } = call;
  const filter = parseApiKeyFilter(request.filter);
  const order = parseOrderBy(request.orderBy.trim() || "id", API_KEY_ORDER);
  const binding = {
    method: "ListApiKeys",
    account_id: accountId,
    filter: request.filter,
    order_by: spellOrder(order),
  };
  const keyOf = (key: ApiKey) => listKey(key, order, API_KEY_ORDER);
  const answerKeys = async (keys: Pick<Listing<ApiKey>, "read" | "count">) => {
    // It may have waited for other long lists.
    call.assertAwaited();
    const { items, answer } = await answerList(tokens, binding, request, { ...keys, keyOf });
    return { apiKeys: items.map(toApiKeyMessage), ...answer };
  };
  return call.runLongList(() =>
    accountId === ALL_ACCOUNTS
      ? answerKeys({
          read: (query) => store.listAllApiKeys({ ...query, order, filter }),
          count: (upTo) => store.countAllApiKeys({ filter }, upTo),
        })
      : store.scan(accountId, ({ apiKeys }) =>
          answerKeys({
            read: (query) => apiKeys.list({ ...query, order, filter }),
            count: (upTo) => apiKeys.count({ filter }, upTo),
          }),
        ),
  );
}
