import { useMemo } from "react";
import type { User } from "../../api/schema.ts";
import { auditColumns } from "../../audit/audit-columns.tsx";
import { useAudit } from "../../audit/use-audit.ts";
import { useHref } from "../../session/account.ts";
import { Empty } from "../../ui/states.tsx";
import { ListTable } from "../../ui/table/list-table.tsx";

/** What was done to a user, and by it. */
export function AuditTab({ user }: { readonly user: User }) {
  const href = useHref();
  const id = JSON.stringify(user.id);
  const pages = useAudit(`user_id == ${id} || caller_user_id == ${id}`, "");
  const columns = useMemo(() => auditColumns(href).filter((column) => column.id !== "user" && !column.hidden), [href]);
  return (
    <section className="tab-panel" aria-label="Audit trail">
      <ListTable
        label="Audit trail"
        columns={columns}
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
