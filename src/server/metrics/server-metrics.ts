import type { Store } from "../../directory/store/store.ts";
import type { Meter } from "../../metrics/meter.ts";
import type { AuditHub } from "../../rpc/audit/audit-hub.ts";
import type { ChangeHub } from "../../rpc/changes/change-hub.ts";
import type { ServerFacts } from "../../rpc/server/server-info.ts";

interface Shown extends Pick<ServerFacts, "version" | "maxStreams"> {
  readonly hub: ChangeHub;
  readonly auditHub: AuditHub;
  readonly engine: Store["engine"];
}

/** Shows what a server is, and how far those who watch are behind. */
export function showServer(meter: Meter, { hub, auditHub, version, maxStreams, engine }: Shown): void {
  meter.show("roster_build_info", () => [{ labels: { version, engine }, value: 1 }]);
  meter.show("roster_max_streams", () => maxStreams);
  meter.show("roster_watch_lag_revisions", hub.lag);
  meter.show("roster_audit_watch_lag_entries", auditHub.lag);
}
