import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  AuditService,
  WatchAuditEntriesRequest,
  WatchAuditEntriesResponseSchema,
} from "../../../gen/roster/v1/audit_service_pb.js";
import { beginOfLog, readAuditEntries } from "../../directory/audit/read-entries.ts";
import { serverDraining } from "../../directory/errors.ts";
import type { Store } from "../../directory/store/store.ts";
import { auditEntryMatches, parseAuditFilter } from "../../filter/audit.ts";
import type { StreamCall } from "../pipeline/call.ts";
import type { Tokens } from "../wire/tokens.ts";
import type { AuditHub } from "./audit-hub.ts";
import { toAuditEntryMessage } from "./audit-message.ts";

type Response = MessageInitShape<typeof WatchAuditEntriesResponseSchema>;

/** What watches of audit logs share. */
export interface AuditWatching {
  readonly auditHub: AuditHub;
  /** How often an idle stream sends a message. */
  readonly heartbeatMs: number;
}

/** The most entries read at a time, and sent in a message. */
const LIMIT = 250;
/** With a filter that few entries pass, a message with a token goes out after this many pages: a broken stream resumes there. */
const MAX_PASSED_OVER = 20;

/** Sends the account's entries in messages, each with a token that goes on after it; then waits for more. */
export async function* watchAuditEntries(
  { store, tokens, watching }: { readonly store: Store; readonly tokens: Tokens; readonly watching: AuditWatching },
  request: WatchAuditEntriesRequest,
  { accountId, draining, signal, assertAwaited }: StreamCall<(typeof AuditService)["method"]["watchAuditEntries"]>,
): AsyncGenerator<Response> {
  const { auditHub, heartbeatMs } = watching;
  const filter = parseAuditFilter(request.filter);
  const follower = auditHub.follow(accountId);
  try {
    const goal = await store.read(accountId, async ({ account }) => account.auditSequence);
    let position = await startOf(store, tokens, accountId, request, goal);
    let caughtUp = false;
    let due = performance.now() + heartbeatMs;
    let passedOver = 0;
    follower.isAt(position);
    for (;;) {
      const { entries, end, done } = await readAuditEntries(store, accountId, position, LIMIT);
      const passing = filter === undefined ? entries : entries.filter((entry) => auditEntryMatches(filter, entry));
      position = end;
      passedOver += done ? 0 : 1;
      const arrived: boolean = !caughtUp && end >= goal;
      caughtUp ||= arrived;
      if (passing.length > 0 || arrived || passedOver >= MAX_PASSED_OVER || performance.now() >= due) {
        const resumeToken = tokens.sealAudit(accountId, position);
        yield { entries: passing.map(toAuditEntryMessage), resumeToken, caughtUp };
        due = performance.now() + heartbeatMs;
        passedOver = 0;
      }
      follower.isAt(position);
      if (done && !draining.aborted) {
        await follower.wait(position, Math.max(0, due - performance.now()), signal);
      }
      assertAwaited();
      if (draining.aborted) {
        throw serverDraining("resume_token");
      }
    }
  } finally {
    follower.close();
  }
}

async function startOf(
  store: Store,
  tokens: Tokens,
  accountId: string,
  { start }: WatchAuditEntriesRequest,
  now: number,
): Promise<number> {
  switch (start.case) {
    case "resumeToken":
      return tokens.openAudit(accountId, start.value);
    case "fromStart":
      return beginOfLog(store, accountId);
    default:
      return now;
  }
}
