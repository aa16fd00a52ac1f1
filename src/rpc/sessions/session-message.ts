import { create } from "@bufbuild/protobuf";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { type Session as SessionMessage, SessionSchema } from "../../../gen/roster/v1/session_service_pb.js";
import { type Session, sessionEtag } from "../../directory/sessions/session.ts";
import type { SessionInput } from "../../directory/sessions/sessions.ts";
import { STRUCT } from "../wire/field-types.ts";
import { toTimestamp } from "../wire/time.ts";
import { applyUpdateMask, type UpdateRules } from "../wire/update-mask.ts";

export function toSessionMessage(session: Session): SessionMessage {
  const { accountId, id, userId, externalId, metadata, createTime, updateTime, endTime } = session;
  return create(SessionSchema, {
    accountId,
    id,
    userId,
    ...(externalId !== null && { externalId }),
    metadata: STRUCT.toMessage(metadata),
    createTime: toTimestamp(createTime),
    updateTime: toTimestamp(updateTime),
    ...(endTime !== null && { endTime: toTimestamp(endTime) }),
    etag: sessionEtag(session),
  });
}

/** The values that are present. */
export function parseSession({ externalId, metadata }: SessionMessage): SessionInput {
  return { ...(externalId !== undefined && { externalId }), ...(metadata !== undefined && { metadata }) };
}

/** What an update changes of a session. Throws FIELD_INVALID. */
export function parseSessionPatch(session: SessionMessage, mask: FieldMask | undefined): SessionInput {
  return applyUpdateMask(RULES, mask, parseSession(session));
}

const RULES: UpdateRules<SessionInput> = {
  schema: SessionSchema,
  cleared: { external_id: { externalId: null }, metadata: { metadata: {} } },
};
