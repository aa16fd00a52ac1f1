import { createConnectQueryKey, useInfiniteQuery, useTransport } from "@connectrpc/connect-query";
import { type Account, AccountService, type ListAccountsResponse } from "../api/schema.ts";
import { PAGED, type Pages, usePages } from "../api/use-pages.ts";

const PAGE_SIZE = 200;

export function useAccounts(filter: string, orderBy: string): Pages<ListAccountsResponse, Account> {
  const transport = useTransport();
  const method = AccountService.method.listAccounts;
  const input = { filter, orderBy, pageSize: PAGE_SIZE, pageToken: "" };
  const key = createConnectQueryKey({
    schema: method,
    input,
    pageParamKey: "pageToken",
    transport,
    cardinality: "infinite",
  });
  return usePages(useInfiniteQuery(method, input, { ...PAGED, refetchOnMount: "always" }), key, accountsOf);
}

function accountsOf({ accounts }: ListAccountsResponse): readonly Account[] {
  return accounts;
}
