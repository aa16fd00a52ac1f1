import { createConnectQueryKey, useInfiniteQuery, useTransport } from "@connectrpc/connect-query";
import { type AuditEntry, AuditService, type ListAuditEntriesResponse, type User } from "../../api/schema.ts";
import { PAGED, usePages } from "../../api/use-pages.ts";
import { auditColumns } from "../../audit/audit-columns.tsx";
import { useAccountId } from "../../session/account.ts";
import { Empty } from "../../ui/states.tsx";
import { ListTable } from "../../ui/table/list-table.tsx";

const PAGE_SIZE = 100;
const COLUMNS = auditColumns().filter(({ id, hidden = false }) => id !== "user" && !hidden);

/** What was done to a user, and by it. */
export function AuditTab({ user }: { readonly user: User }) {
  const accountId = useAccountId();
  const transport = useTransport();
  const method = AuditService.method.listAuditEntries;
  const id = JSON.stringify(user.id);
  const input = { accountId, filter: `user_id == ${id} || caller_user_id == ${id}`, pageSize: PAGE_SIZE, pageToken: "" };
  const key = createConnectQueryKey({
    schema: method,
    input,
    pageParamKey: "pageToken",
    transport,
    cardinality: "infinite",
  });
  const pages = usePages(useInfiniteQuery(method, input, { ...PAGED, refetchOnMount: "always" }), key, entriesOf);
  return (
    <section className="tab-panel" aria-label="Audit trail">
      <ListTable
        label="Audit trail"
        columns={COLUMNS}
        pages={pages}
        idOf={({ sequence }) => String(sequence)}
        empty={
          <Empty icon="audit" title="No entries">
            The audit log has nothing about this user.
          </Empty>
        }
      />
    </section>
  );
}

function entriesOf({ entries }: ListAuditEntriesResponse): readonly AuditEntry[] {
  return entries;
}
