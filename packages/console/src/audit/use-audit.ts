import { createConnectQueryKey, useInfiniteQuery, useTransport } from "@connectrpc/connect-query";
import { type AuditEntry, AuditService, type ListAuditEntriesResponse } from "../api/schema.ts";
import { PAGED, type Pages, usePages } from "../api/use-pages.ts";
import { useAccountId } from "../session/account.ts";

const PAGE_SIZE = 100;

/** The audit log of the account in view. By default the newest entries come first. */
export function useAudit(filter: string, orderBy: string): Pages<ListAuditEntriesResponse, AuditEntry> {
  const accountId = useAccountId();
  const transport = useTransport();
  const method = AuditService.method.listAuditEntries;
  const input = { accountId, filter, orderBy, pageSize: PAGE_SIZE, pageToken: "" };
  const key = createConnectQueryKey({
    schema: method,
    input,
    pageParamKey: "pageToken",
    transport,
    cardinality: "infinite",
  });
  return usePages(useInfiniteQuery(method, input, { ...PAGED, refetchOnMount: "always" }), key, entriesOf);
}

function entriesOf({ entries }: ListAuditEntriesResponse): readonly AuditEntry[] {
  return entries;
}
