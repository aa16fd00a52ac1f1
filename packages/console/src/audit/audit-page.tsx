import { useEffect, useMemo, useRef, useState } from "react";
import { type AuditEntry, AuditService } from "../api/schema.ts";
import { useFilterFields } from "../api/use-filter-fields.ts";
import { setParams, useRoute } from "../router/route.ts";
import { useTitle } from "../router/use-title.ts";
import { useHref } from "../session/account.ts";
import { Arrivals } from "../ui/arrivals.tsx";
import { Button } from "../ui/button.tsx";
import { ListTools } from "../ui/filter/list-tools.tsx";
import { LiveBadge } from "../ui/live-badge.tsx";
import { Empty } from "../ui/states.tsx";
import { ColumnMenu } from "../ui/table/column-menu.tsx";
import { ListTable } from "../ui/table/list-table.tsx";
import { useColumnVisibility } from "../ui/table/use-columns.ts";
import { auditColumns } from "./audit-columns.tsx";
import { Entry } from "./entry.tsx";
import { useAudit } from "./use-audit.ts";
import { useAuditWatch } from "./use-audit-watch.ts";

const VALUES = {
  action: ['"CREATED"', '"UPDATED"', '"DELETED"', '"UNDELETED"', '"PURGED"', '"ENDED"', '"ROTATED"', '"REVOKED"'],
  resource: ['"USER"', '"SESSION"', '"API_KEY"', '"ACCOUNT"'],
  outcome: ['"DONE"', '"REFUSED"'],
};
const NEW_ENTRIES = ["new entry", "new entries"] as const;
const OLDEST_FIRST = "sequence";

/** Who has done what in the account in view: filtered, in both directions, and live. */
export function AuditPage() {
  useTitle("Audit");
  const { filter = "", sort = "" } = useRoute().params;
  const href = useHref();
  const place = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<AuditEntry>();
  const columns = useMemo(() => auditColumns(href), [href]);
  const { visibility, toggle } = useColumnVisibility("audit", columns);
  const pages = useAudit(filter, sort);
  const fields = useFilterFields(AuditService.method.listAuditEntries);
  const newestFirst = sort !== OLDEST_FIRST;
  const shown = newestFirst ? pages.items[0]?.sequence : pages.items.at(-1)?.sequence;
  const [arrived, setArrived] = useState<readonly bigint[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: of another list nothing is known yet.
  useEffect(() => setArrived([]), [filter]);
  const state = useAuditWatch({
    filter: pages.problem?.reason === "FILTER_INVALID" ? undefined : filter,
    onEntries: (entries) => setArrived((before) => [...before, ...entries.map(({ sequence }) => sequence)]),
    onGap: () => pages.first && void pages.reload(),
  });
  const fresh = pages.loading || pages.stale ? [] : arrived.filter((sequence) => sequence > (shown ?? 0n));
  const show = () => {
    setArrived([]);
    if (newestFirst) void pages.reload();
    else setParams({ sort: "" });
  };
  return (
    <div className="page">
      <div className="page-head">
        <h1>Audit</h1>
        <LiveBadge state={state} />
      </div>
      <ListTools
        filter={filter}
        placeholder='Filter, as outcome == "REFUSED"'
        fields={fields}
        values={VALUES}
        problem={pages.problem}
      >
        <ColumnMenu columns={columns} visibility={visibility} toggle={toggle} />
      </ListTools>
      <div ref={place} className="list-place">
        <Arrivals count={fresh.length} names={NEW_ENTRIES} table={place} atOnce={newestFirst} onShow={show} />
        <ListTable
          label="Audit log"
          columns={columns}
          visibility={visibility}
          pages={pages}
          idOf={({ sequence }) => String(sequence)}
          onOpen={setOpened}
          orderBy={sort}
          onOrder={(order) => setParams({ sort: order })}
          memory={`audit ${filter} ${sort}`}
          empty={
            filter === "" ? (
              <Empty icon="audit" title="No entries">
                Every change leaves one here, and every call that was refused.
              </Empty>
            ) : (
              <Empty icon="search" title="No entry fits">
                <Button onClick={() => setParams({ filter: "" })}>Show all entries</Button>
              </Empty>
            )
          }
        />
      </div>
      {opened && <Entry entry={opened} onClose={() => setOpened(undefined)} />}
    </div>
  );
}
