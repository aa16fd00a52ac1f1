import type { Store } from "../../directory/store/store.ts";
import type { Log } from "../../log.ts";
import { createHub, type Hub } from "../changes/hub.ts";
import { createWaitingRoom, type WaitingRoom } from "../changes/waiting-room.ts";

/** Wakes those who watch the audit log of an account: at once when its users have changed here, else within a second. */
export type AuditHub = Hub<WaitingRoom>;

export function createAuditHub(store: Store, log: Log): AuditHub {
  return createHub({
    store,
    log,
    createFeed: createWaitingRoom,
    heed: (room) => room.wakeAll(),
    ask: (accountIds) => store.auditSequences(accountIds),
  });
}
