import { AuditAction, type AuditEntry, AuditEntrySchema, AuditOutcome } from "@roster/client";
import type { Listing } from "../terminal/columns.ts";

/** How entries are shown. `call`, `what` and `fields` are for people. */
export const LISTING = {
  schema: AuditEntrySchema,
  columns: ["time", "caller_user_id", "address", "call", "what", "resource", "resource_id", "fields"],
  computed: {
    call: ({ method }) => method.slice(method.lastIndexOf("/") + 1) || "-",
    what: whatOf,
    fields: ({ changedFields }) => changedFields.join(", ") || "-",
  },
} satisfies Listing<typeof AuditEntrySchema>;

function whatOf({ outcome, action, count }: AuditEntry): string {
  const what = outcome === AuditOutcome.REFUSED ? "refused" : AuditAction[action].toLowerCase();
  return count > 1n ? `${what} ×${count}` : what;
}
