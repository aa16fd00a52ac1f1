import type { Session as SessionMessage, SessionService } from "../../gen/roster/v1/session_service_pb.js";
import { ALL_ACCOUNTS } from "../directory/account.ts";
import { invalidField, notFound } from "../directory/errors.ts";
import type { Listing } from "../directory/list.ts";
import type { Session } from "../directory/session.ts";
import {
  createSession,
  deleteSession,
  endSession,
  endUserSessions,
  type SessionInput,
  updateSession,
} from "../directory/sessions.ts";
import type { PageQuery, Store } from "../directory/store.ts";
import { parseMetadataUpdate, toSessionMessage } from "./convert.ts";
import { parseSessionPatch } from "./masks.ts";
import { mutate } from "./mutate.ts";
import { answerPage } from "./paging.ts";
import type { Handlers } from "./pipeline.ts";
import { required } from "./required.ts";
import type { Tokens } from "./tokens.ts";

export interface SessionServiceDeps {
  readonly store: Store;
  readonly tokens: Tokens;
}

export function sessionService({ store, tokens }: SessionServiceDeps): Handlers<typeof SessionService> {
  return {
    createSession: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => ({ session: toSessionMessage(await createSession(tx, parseNewSession(request))) }),
        ABOUT_USER,
      ),

    async getSession(request, { accountId }) {
      return store.read(accountId, async ({ sessions }) => {
        const session = await sessions.find(request.id);
        if (session === undefined) {
          throw notFound("Session", request.id);
        }
        return { session: toSessionMessage(session) };
      });
    },

    updateSession: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const given = required(request.session, "session");
          const session = await updateSession(
            tx,
            required(given.id, "session.id"),
            parseSessionPatch(given, request.updateMask),
            {
              userId: given.userId,
              metadataUpdate: parseMetadataUpdate(given.metadata, request.metadataUpdate),
              etag: given.etag,
            },
          );
          return { session: toSessionMessage(session) };
        },
        ABOUT_USER,
      ),

    endSession: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => ({ session: toSessionMessage(await endSession(tx, request.id, request.etag)) }),
        ABOUT_USER,
      ),

    deleteSession: (request, call) =>
      mutate(store, call, request, async (tx) => {
        await deleteSession(tx, request.id, request.etag);
        return {};
      }),

    async listSessions(request, { accountId }) {
      const binding = { method: "ListSessions", account_id: accountId };
      const answer = (list: (query: PageQuery) => Promise<Session[]>, count: () => Promise<number>) =>
        answerSessions(tokens, binding, request, list, count);
      return accountId === ALL_ACCOUNTS
        ? answer(
            (query) => store.listAllSessions(query),
            () => store.countAllSessions(),
          )
        : store.read(accountId, ({ sessions }) =>
            answer(
              (query) => sessions.list(query),
              () => sessions.count(),
            ),
          );
    },

    async listUserSessions(request, { accountId }) {
      const { userId } = request;
      const binding = { method: "ListUserSessions", account_id: accountId, user_id: userId };
      return store.read(accountId, async ({ users, sessions }) => {
        const user = await users.find(userId);
        if (user === undefined || user.deleteTime !== null) {
          throw notFound("User", userId);
        }
        return answerSessions(
          tokens,
          binding,
          request,
          (query) => sessions.list(query, userId),
          () => sessions.count(userId),
        );
      });
    },

    endUserSessions: (request, call) =>
      mutate(store, call, request, async (tx) => ({ endedCount: BigInt(await endUserSessions(tx, request.userId)) })),
  };
}

const ABOUT_USER = { userId: (response: { session?: SessionMessage | undefined }) => response.session?.userId };

async function answerSessions(
  tokens: Tokens,
  binding: Parameters<typeof answerPage>[1],
  request: Parameters<typeof answerPage>[2] & { readonly includeTotal: boolean },
  list: (query: PageQuery) => Promise<Session[]>,
  count: () => Promise<number>,
) {
  const listing: Listing<Session> = {
    read: list,
    keyOf: ({ createTime, id, accountId }) => [createTime, id, accountId],
  };
  const { items, ...pageTokens } = await answerPage(tokens, binding, request, listing);
  return {
    sessions: items.map(toSessionMessage),
    ...pageTokens,
    ...(request.includeTotal && { totalSize: BigInt(await count()) }),
  };
}

function parseNewSession({
  sessionId,
  session,
}: {
  readonly sessionId: string;
  readonly session?: SessionMessage | undefined;
}): SessionInput & { readonly id?: string; readonly userId: string } {
  const given = required(session, "session");
  if (sessionId !== "" && given.id !== "" && given.id !== sessionId) {
    throw invalidField("session.id", "differs from session_id");
  }
  const id = sessionId || given.id;
  return {
    ...parseSessionPatch(given, undefined),
    userId: required(given.userId, "session.user_id"),
    ...(id !== "" && { id }),
  };
}
