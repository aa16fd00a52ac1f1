import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  AuditService,
  ListAuditEntriesRequest,
  ListAuditEntriesResponseSchema,
} from "../../../gen/roster/v1/audit_service_pb.js";
import { parseAuditOrder } from "../../directory/audit/order.ts";
import type { Store } from "../../directory/store/store.ts";
import { parseAuditFilter } from "../../filter/audit.ts";
import type { Call } from "../pipeline/call.ts";
import { answerList } from "../wire/paging.ts";
import type { Tokens } from "../wire/tokens.ts";
import { toAuditEntryMessage } from "./audit-message.ts";

export async function listAuditEntries(
  store: Store,
  tokens: Tokens,
  request: ListAuditEntriesRequest,
  { accountId, assertAwaited, runLongList }: Call<(typeof AuditService)["method"]["listAuditEntries"]>,
): Promise<MessageInitShape<typeof ListAuditEntriesResponseSchema>> {
  const filter = parseAuditFilter(request.filter);
  const { descending } = parseAuditOrder(request.orderBy);
  const binding = { method: "ListAuditEntries", account_id: accountId, filter: request.filter, order_by: descending };
  return runLongList(() =>
    store.scan(accountId, async ({ audit }) => {
      // It may have waited for other long lists.
      assertAwaited();
      const { items, answer } = await answerList(tokens, binding, request, {
        read: (query) => audit.list({ ...query, descending, filter }),
        keyOf: ({ sequence }) => [sequence],
        count: (upTo) => audit.count(filter, upTo),
      });
      return { entries: items.map(toAuditEntryMessage), ...answer };
    }),
  );
}
