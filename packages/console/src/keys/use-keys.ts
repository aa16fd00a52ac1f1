import { createConnectQueryKey, useInfiniteQuery, useTransport } from "@connectrpc/connect-query";
import { type ApiKey, ApiKeyService, type ListApiKeysResponse } from "../api/schema.ts";
import { PAGED, type Pages, usePages } from "../api/use-pages.ts";
import { useAccountId } from "../session/account.ts";

const PAGE_SIZE = 100;

/** The keys of the account in view. By default the newest come first. */
export function useKeys(filter: string, orderBy: string): Pages<ListApiKeysResponse, ApiKey> {
  const accountId = useAccountId();
  const transport = useTransport();
  const method = ApiKeyService.method.listApiKeys;
  const input = { accountId, filter, orderBy: orderBy || "create_time desc", pageSize: PAGE_SIZE, pageToken: "" };
  const key = createConnectQueryKey({
    schema: method,
    input,
    pageParamKey: "pageToken",
    transport,
    cardinality: "infinite",
  });
  return usePages(useInfiniteQuery(method, input, { ...PAGED, refetchOnMount: "always" }), key, keysOf);
}

function keysOf({ apiKeys }: ListApiKeysResponse): readonly ApiKey[] {
  return apiKeys;
}
