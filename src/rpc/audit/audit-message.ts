import { create } from "@bufbuild/protobuf";
import {
  AuditAction as ActionMessage,
  type AuditEntry as AuditEntryMessage,
  AuditEntrySchema,
  AuditOutcome as OutcomeMessage,
  AuditResource as ResourceMessage,
} from "../../../gen/roster/v1/audit_service_pb.js";
import type { AuditAction, AuditEntry, AuditOutcome, AuditResource } from "../../directory/audit/entry.ts";
import { toTimestamp } from "../wire/time.ts";

export function toAuditEntryMessage(entry: AuditEntry): AuditEntryMessage {
  return create(AuditEntrySchema, {
    accountId: entry.accountId,
    sequence: BigInt(entry.sequence),
    time: toTimestamp(entry.time),
    method: entry.method ?? "",
    callerAccountId: entry.callerAccountId ?? "",
    callerUserId: entry.callerUserId ?? "",
    apiKeyId: entry.apiKeyId ?? "",
    tokenIssuer: entry.tokenIssuer ?? "",
    tokenSubject: entry.tokenSubject ?? "",
    address: entry.address ?? "",
    requestId: entry.requestId ?? "",
    outcome: OUTCOMES[entry.outcome],
    action: entry.action === null ? ActionMessage.UNSPECIFIED : ACTIONS[entry.action],
    resource: entry.resource === null ? ResourceMessage.UNSPECIFIED : RESOURCES[entry.resource],
    resourceId: entry.resourceId ?? "",
    userId: entry.userId ?? "",
    changedFields: [...entry.changedFields],
    count: BigInt(entry.count),
    refusal: entry.refusal ?? "",
  });
}

const OUTCOMES = {
  DONE: OutcomeMessage.DONE,
  REFUSED: OutcomeMessage.REFUSED,
} as const satisfies Record<AuditOutcome, OutcomeMessage>;

const ACTIONS = {
  CREATED: ActionMessage.CREATED,
  UPDATED: ActionMessage.UPDATED,
  DELETED: ActionMessage.DELETED,
  UNDELETED: ActionMessage.UNDELETED,
  PURGED: ActionMessage.PURGED,
  ENDED: ActionMessage.ENDED,
  ROTATED: ActionMessage.ROTATED,
  REVOKED: ActionMessage.REVOKED,
} as const satisfies Record<AuditAction, ActionMessage>;

const RESOURCES = {
  USER: ResourceMessage.USER,
  SESSION: ResourceMessage.SESSION,
  API_KEY: ResourceMessage.API_KEY,
  ACCOUNT: ResourceMessage.ACCOUNT,
} as const satisfies Record<AuditResource, ResourceMessage>;
