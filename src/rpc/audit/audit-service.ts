import type { AuditService } from "../../../gen/roster/v1/audit_service_pb.js";
import type { Store } from "../../directory/store/store.ts";
import type { Handlers } from "../pipeline/call.ts";
import type { Tokens } from "../wire/tokens.ts";
import { listAuditEntries } from "./list-audit-entries.ts";
import { type AuditWatching, watchAuditEntries } from "./watch-audit-entries.ts";

export interface AuditServiceDeps {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly watching: AuditWatching;
}

export function auditService({ store, tokens, watching }: AuditServiceDeps): Handlers<typeof AuditService> {
  return {
    listAuditEntries: (request, call) => listAuditEntries(store, tokens, request, call),

    watchAuditEntries: (request, call) => watchAuditEntries({ store, tokens, watching }, request, call),
  };
}
