import type {
  CreateSessionRequest,
  Session as SessionMessage,
  SessionService,
} from "../../../gen/roster/v1/session_service_pb.js";
import { invalidField, notFound } from "../../directory/errors.ts";
import { assertOwn } from "../../directory/keys/own-user.ts";
import {
  createSession,
  deleteSession,
  endSession,
  endUserSessions,
  updateSession,
} from "../../directory/sessions/sessions.ts";
import type { Store } from "../../directory/store/store.ts";
import type { Handlers } from "../pipeline/call.ts";
import { mutations } from "../pipeline/mutation.ts";
import { parseMetadataUpdate } from "../wire/metadata-update.ts";
import { requireField } from "../wire/require-field.ts";
import type { Tokens } from "../wire/tokens.ts";
import { listSessions, listUserSessions } from "./list-sessions.ts";
import { parseSession, parseSessionPatch, toSessionMessage } from "./session-message.ts";

export interface SessionServiceDeps {
  readonly store: Store;
  readonly tokens: Tokens;
}

export function sessionService({ store, tokens }: SessionServiceDeps): Handlers<typeof SessionService> {
  const mutation = mutations(store);
  return {
    createSession: mutation(
      async (tx, request) => ({ session: toSessionMessage(await createSession(tx, parseNewSession(request))) }),
      ABOUT_USER,
    ),

    async getSession(request, { accountId, caller }) {
      return store.read(accountId, async ({ sessions }) => {
        const session = await sessions.find(request.id);
        assertOwn(caller, session?.userId);
        if (session === undefined) {
          throw notFound("Session", request.id);
        }
        return { session: toSessionMessage(session) };
      });
    },

    updateSession: mutation(async (tx, { session, updateMask, metadataUpdate }) => {
      const given = requireField(session, "session");
      const id = requireField(given.id, "session.id");
      const updated = await updateSession(tx, id, parseSessionPatch(given, updateMask), {
        userId: given.userId,
        metadataUpdate: parseMetadataUpdate(given.metadata, metadataUpdate),
        etag: given.etag,
      });
      return { session: toSessionMessage(updated) };
    }, ABOUT_USER),

    endSession: mutation(
      async (tx, { id, etag }, { caller }) => ({ session: toSessionMessage(await endSession(tx, caller, id, etag)) }),
      ABOUT_USER,
    ),

    deleteSession: mutation(async (tx, { id, etag }) => {
      await deleteSession(tx, id, etag);
      return {};
    }),

    listSessions: (request, call) => listSessions(store, tokens, request, call),

    listUserSessions: (request, call) => listUserSessions(store, tokens, request, call),

    endUserSessions: mutation(async (tx, { userId }) => ({ endedCount: BigInt(await endUserSessions(tx, userId)) })),
  };
}

const ABOUT_USER = { userId: (response: { session?: SessionMessage | undefined }) => response.session?.userId };

function parseNewSession({ sessionId, session }: CreateSessionRequest) {
  const given = requireField(session, "session");
  if (sessionId !== "" && given.id !== "" && given.id !== sessionId) {
    throw invalidField("session.id", "differs from session_id");
  }
  const id = sessionId || given.id;
  return {
    ...parseSession(given),
    userId: requireField(given.userId, "session.user_id"),
    ...(id !== "" && { id }),
  };
}
