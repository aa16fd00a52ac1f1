import type { Session as SessionMessage, SessionService } from "../../../gen/roster/v1/session_service_pb.js";
import { ALL_ACCOUNTS } from "../../directory/accounts/account.ts";
import { invalidField, notFound } from "../../directory/errors.ts";
import { assertOwn } from "../../directory/keys/own-user.ts";
import type { Listing } from "../../directory/lists/list.ts";
import { listKey, type OrderTerm, parseOrderBy, spellOrder } from "../../directory/lists/order.ts";
import type { Session } from "../../directory/sessions/session.ts";
import { SESSION_ORDER, type SessionOrderField } from "../../directory/sessions/session-order.ts";
import {
  createSession,
  deleteSession,
  endSession,
  endUserSessions,
  type SessionInput,
  updateSession,
} from "../../directory/sessions/sessions.ts";
import type { PageQuery } from "../../directory/store/page-query.ts";
import type { Store } from "../../directory/store/store.ts";
import { parseSessionFilter } from "../../filter/sessions.ts";
import { mutations } from "../pipeline/mutation.ts";
import type { Handlers } from "../pipeline/pipeline.ts";
import { parseMetadataUpdate } from "../wire/metadata-update.ts";
import { answerPage, type PageRequest } from "../wire/paging.ts";
import { requireField } from "../wire/require-field.ts";
import type { Binding, Tokens } from "../wire/tokens.ts";
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

    async listSessions(request, call) {
      const { accountId } = call;
      const filter = parseSessionFilter(request.filter);
      const order = parseOrderBy(request.orderBy, SESSION_ORDER);
      const scope = { method: "ListSessions", account_id: accountId, filter: request.filter };
      return accountId === ALL_ACCOUNTS
        ? answerSessions(tokens, request, scope, order, {
            list: (query) => store.listAllSessions({ ...query, order, filter }),
            count: () => store.countAllSessions(filter),
          })
        : store.scan(accountId, ({ sessions }) => {
            // Long lists wait for each other.
            call.assertAwaited();
            return answerSessions(tokens, request, scope, order, {
              list: (query) => sessions.list({ ...query, order, filter }),
              count: () => sessions.count({ filter }),
            });
          });
    },

    async listUserSessions(request, { accountId }) {
      const { userId } = request;
      const scope = { method: "ListUserSessions", account_id: accountId, user_id: userId };
      return store.read(accountId, async ({ users, sessions }) => {
        const user = await users.find(userId);
        if (user === undefined || user.deleteTime !== null) {
          throw notFound("User", userId);
        }
        return answerSessions(tokens, request, scope, NEWEST_FIRST, {
          list: (query) => sessions.list({ ...query, order: NEWEST_FIRST, userId }),
          count: () => sessions.count({ userId }),
        });
      });
    },

    endUserSessions: mutation(async (tx, { userId }) => ({ endedCount: BigInt(await endUserSessions(tx, userId)) })),
  };
}

const ABOUT_USER = { userId: (response: { session?: SessionMessage | undefined }) => response.session?.userId };

const NEWEST_FIRST = parseOrderBy("", SESSION_ORDER);

/** Where the sessions of a list come from. */
interface SessionSource {
  readonly list: (query: PageQuery) => Promise<Session[]>;
  readonly count: () => Promise<number>;
}

async function answerSessions(
  tokens: Tokens,
  request: PageRequest & { readonly includeTotal: boolean },
  scope: Binding,
  order: ReadonlyArray<OrderTerm<SessionOrderField>>,
  { list, count }: SessionSource,
) {
  const binding = { ...scope, order_by: spellOrder(order) };
  const listing: Listing<Session> = { read: list, keyOf: (session) => listKey(session, order, SESSION_ORDER) };
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
