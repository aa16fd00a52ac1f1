import { AuditAction, type AuditEntry, AuditOutcome, AuditResource } from "../api/schema.ts";
import { Badge, type Tone } from "../ui/status.tsx";
import type { Column } from "../ui/table/column.ts";
import { TimeText } from "../ui/time-text.tsx";

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

/** The columns of a list of audit entries. */
export function auditColumns(): readonly Column<AuditEntry>[] {
  return [
    { id: "time", header: "Time", width: [130, 0], cell: ({ time }) => <TimeText time={time} /> },
    { id: "action", header: "Action", width: [130, 0], cell: (entry) => <Action entry={entry} /> },
    { id: "resource", header: "Resource", width: [180, 1], cell: (entry) => <ResourceName entry={entry} /> },
    { id: "user", header: "User", width: [160, 1], cell: ({ userId }) => <span className="mono">{userId}</span> },
    {
      id: "fields",
      header: "Fields",
      width: [150, 1],
      cell: ({ changedFields, refusal }) => refusal || changedFields.join(", "),
    },
    { id: "caller", header: "By", width: [180, 1], cell: (entry) => <span className="mono">{callerOf(entry)}</span> },
    {
      id: "method",
      header: "Call",
      width: [170, 1],
      cell: ({ method }) => <span className="mono">{method.replace(/^roster\.v1\./, "")}</span>,
    },
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
  ];
}

function Action({ entry: { action, outcome, count } }: { readonly entry: AuditEntry }) {
  const times = count > 1n ? ` × ${count}` : "";
  if (outcome === AuditOutcome.REFUSED) return <Badge tone="bad">Refused{times}</Badge>;
  return (
    <Badge tone={TONES[action] ?? "calm"}>
      {words(AuditAction[action])}
      {times}
    </Badge>
  );
}

function ResourceName({ entry: { resource, resourceId } }: { readonly entry: AuditEntry }) {
  return (
    <>
      {words(AuditResource[resource])} <span className="mono soft">{resourceId}</span>
    </>
  );
}

/** The server itself has no key and no user. */
function callerOf({ callerUserId, apiKeyId, tokenSubject }: AuditEntry): string {
  return callerUserId || apiKeyId || tokenSubject || "server";
}

/** `API key` for API_KEY. */
function words(name: string | undefined): string {
  const text = (name ?? "").replaceAll("_", " ").toLowerCase();
  return text === "unspecified" ? "" : text.replace(/^api/, "API").replace(/^[a-z]/, (letter) => letter.toUpperCase());
}
