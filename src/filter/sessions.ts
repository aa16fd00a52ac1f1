import type { SessionFilter, SessionFilterField } from "../directory/lists/filter.ts";
import type { Session } from "../directory/sessions/session.ts";
import type { Resource } from "./fields.ts";
import { matches } from "./matches.ts";
import { parseFilter } from "./parse.ts";
import { placeNames } from "./places.ts";

/** Reads a filter of sessions. Undefined for a blank one, which lets everything pass. Throws FILTER_INVALID. */
export function parseSessionFilter(text: string): SessionFilter | undefined {
  return parseFilter(text, SESSIONS);
}

/** Whether the session passes: what the database answers for the same filter. */
export function sessionMatches(filter: SessionFilter, session: Session): boolean {
  return matches(filter, session, SESSIONS);
}

const SESSIONS: Resource<Session, SessionFilterField> = {
  fields: {
    account_id: { type: "text", read: (session) => session.accountId },
    id: { type: "text", read: (session) => session.id },
    user_id: { type: "text", read: (session) => session.userId },
    external_id: { type: "text", read: (session) => session.externalId },
    create_time: { type: "time", read: (session) => session.createTime },
    update_time: { type: "time", read: (session) => session.updateTime },
    end_time: { type: "time", read: (session) => session.endTime },
  },
  metadata: (session) => session.metadata,
};

/** What filters know, by names of the schema. */
export const SESSION_FILTER_NAMES: readonly string[] = placeNames(SESSIONS);
