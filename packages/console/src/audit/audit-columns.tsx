import { AuditAction, type AuditEntry, AuditOutcome } from "../api/schema.ts";
import { MonoLink } from "../ui/mono-link.tsx";
import { Badge, type Tone } from "../ui/status.tsx";
import type { Column } from "../ui/table/column.ts";
import { TimeText } from "../ui/time-text.tsx";
import { callerHref, type HrefOf, resourceHref, userHref } from "./audit-links.ts";
import { actionName, callerName, callName, resourceName } from "./audit-names.ts";

const TONES: Partial<Readonly<Record<AuditAction, Tone>>> = {
  [AuditAction.CREATED]: "good",
  [AuditAction.UNDELETED]: "good",
  [AuditAction.UPDATED]: "accent",
  [AuditAction.ROTATED]: "accent",
  [AuditAction.DELETED]: "warn",
  [AuditAction.ENDED]: "warn",
  [AuditAction.REVOKED]: "bad",
  [AuditAction.PURGED]: "bad",
};

/** The columns of a list of audit entries. `href`: makes links to what they name. */
export function auditColumns(href: HrefOf): readonly Column<AuditEntry>[] {
  return [
    {
      id: "time",
      header: "Time",
      width: [130, 0],
      orderBy: "sequence",
      cell: ({ time }) => <TimeText time={time} />,
    },
    { id: "action", header: "Action", width: [120, 0], cell: (entry) => <Action entry={entry} /> },
    {
      id: "resource",
      header: "Resource",
      width: [210, 2],
      cell: (entry) => (
        <>
          {resourceName(entry)} <MonoLink href={resourceHref(entry, href)}>{entry.resourceId}</MonoLink>
        </>
      ),
    },
    {
      id: "user",
      header: "User",
      width: [160, 1],
      hidden: true,
      cell: ({ userId }) => <MonoLink href={userHref(userId, href)}>{userId}</MonoLink>,
    },
    {
      id: "fields",
      header: "Fields",
      width: [150, 1],
      cell: ({ changedFields, refusal }) => refusal || changedFields.join(", "),
    },
    {
      id: "caller",
      header: "By",
      width: [160, 1],
      cell: (entry) => <MonoLink href={callerHref(entry, href)}>{callerName(entry)}</MonoLink>,
    },
    { id: "method", header: "Call", width: [200, 1], cell: (entry) => <span className="mono">{callName(entry)}</span> },
    {
      id: "address",
      header: "Address",
      width: [120, 0],
      hidden: true,
      cell: ({ address }) => <span className="mono">{address}</span>,
    },
    {
      id: "request",
      header: "Request id",
      width: [160, 1],
      hidden: true,
      cell: ({ requestId }) => <span className="mono">{requestId}</span>,
    },
    {
      id: "sequence",
      header: "Number",
      width: [90, 0],
      hidden: true,
      cell: ({ sequence }) => sequence.toLocaleString("en"),
    },
  ];
}

/** What was done, or that it was refused. */
export function Action({ entry }: { readonly entry: AuditEntry }) {
  const tone = entry.outcome === AuditOutcome.REFUSED ? "bad" : (TONES[entry.action] ?? "calm");
  return (
    <Badge tone={tone}>
      {actionName(entry)}
      {entry.count > 1n ? ` × ${entry.count}` : ""}
    </Badge>
  );
}
