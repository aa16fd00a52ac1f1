import { AUDIT_ACTIONS, AUDIT_OUTCOMES, AUDIT_RESOURCES, type AuditEntry } from "../directory/audit/entry.ts";
import type { AuditFilter, AuditFilterField } from "../directory/lists/filter.ts";
import type { Resource } from "./fields.ts";
import { matches } from "./matches.ts";
import { parseFilter } from "./parse.ts";
import { placeNames } from "./places.ts";

/** Reads a filter of audit entries. Undefined for a blank one, which lets everything pass. Throws FILTER_INVALID. */
export function parseAuditFilter(text: string): AuditFilter | undefined {
  return parseFilter(text, AUDIT_ENTRIES);
}

/** Whether the entry passes: what the database answers for the same filter. */
export function auditEntryMatches(filter: AuditFilter, entry: AuditEntry): boolean {
  return matches(filter, entry, AUDIT_ENTRIES);
}

const AUDIT_ENTRIES: Resource<AuditEntry, AuditFilterField> = {
  fields: {
    sequence: { type: "number", read: (entry) => entry.sequence },
    time: { type: "time", read: (entry) => entry.time },
    method: { type: "text", read: (entry) => entry.method },
    caller_account_id: { type: "text", read: (entry) => entry.callerAccountId },
    caller_user_id: { type: "text", read: (entry) => entry.callerUserId },
    api_key_id: { type: "text", read: (entry) => entry.apiKeyId },
    token_issuer: { type: "text", read: (entry) => entry.tokenIssuer },
    token_subject: { type: "text", read: (entry) => entry.tokenSubject },
    address: { type: "text", read: (entry) => entry.address },
    request_id: { type: "text", read: (entry) => entry.requestId },
    outcome: { type: "text", read: (entry) => entry.outcome, names: AUDIT_OUTCOMES },
    action: { type: "text", read: (entry) => entry.action, names: AUDIT_ACTIONS },
    resource: { type: "text", read: (entry) => entry.resource, names: AUDIT_RESOURCES },
    resource_id: { type: "text", read: (entry) => entry.resourceId },
    user_id: { type: "text", read: (entry) => entry.userId },
    changed_fields: { type: "list", read: (entry) => entry.changedFields },
    count: { type: "number", read: (entry) => entry.count },
  },
};

/** What filters know, by names of the schema. */
export const AUDIT_FILTER_NAMES: readonly string[] = placeNames(AUDIT_ENTRIES);
