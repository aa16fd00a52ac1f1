import type {
  ListSessionsRequest,
  ListUserSessionsRequest,
  Session as SessionMessage,
} from "../../../gen/roster/v1/session_service_pb.js";
import { ALL_ACCOUNTS } from "../../directory/accounts/account.ts";
import { listKey, type OrderTerm, parseOrderBy, spellOrder } from "../../directory/lists/order.ts";
import type { Session } from "../../directory/sessions/session.ts";
import { SESSION_ORDER, type SessionOrderField } from "../../directory/sessions/session-order.ts";
import type { PageQuery } from "../../directory/store/page-query.ts";
import type { Store } from "../../directory/store/store.ts";
import { getLiveUser } from "../../directory/users/find-user.ts";
import { parseSessionFilter } from "../../filter/sessions.ts";
import type { Call } from "../pipeline/call.ts";
import { answerList, type ListAnswer, type ListRequest } from "../wire/paging.ts";
import type { Binding, Tokens } from "../wire/tokens.ts";
import { toSessionMessage } from "./session-message.ts";

/** What both lists answer. */
interface Response extends ListAnswer {
  readonly sessions: SessionMessage[];
}

type Order = ReadonlyArray<OrderTerm<SessionOrderField>>;

export async function listSessions(
  store: Store,
  tokens: Tokens,
  request: ListSessionsRequest,
  call: Call,
): Promise<Response> {
  const { accountId } = call;
  const filter = parseSessionFilter(request.filter);
  const order = parseOrderBy(request.orderBy, SESSION_ORDER);
  const binding = { method: "ListSessions", account_id: accountId, filter: request.filter };
  const answer = async (source: SessionSource) => {
    // It may have waited for other long lists.
    call.assertAwaited();
    return answerSessions(tokens, request, binding, order, source);
  };
  return call.runLongList(() =>
    accountId === ALL_ACCOUNTS
      ? answer({
          list: (query) => store.listAllSessions({ ...query, order, filter }),
          count: (upTo) => store.countAllSessions({ filter }, upTo),
        })
      : store.scan(accountId, ({ sessions }) =>
          answer({
            list: (query) => sessions.list({ ...query, order, filter }),
            count: (upTo) => sessions.count({ filter }, upTo),
          }),
        ),
  );
}

export async function listUserSessions(
  store: Store,
  tokens: Tokens,
  request: ListUserSessionsRequest,
  { accountId }: Call,
): Promise<Response> {
  const { userId } = request;
  const binding = { method: "ListUserSessions", account_id: accountId, user_id: userId };
  return store.read(accountId, async (view) => {
    await getLiveUser(view, userId);
    const { sessions } = view;
    return answerSessions(tokens, request, binding, NEWEST_FIRST, {
      list: (query) => sessions.list({ ...query, order: NEWEST_FIRST, userId }),
      count: (upTo) => sessions.count({ userId }, upTo),
    });
  });
}

const NEWEST_FIRST = parseOrderBy("", SESSION_ORDER);

/** Where the sessions of a list come from. */
interface SessionSource {
  readonly list: (query: PageQuery) => Promise<Session[]>;
  readonly count: (upTo?: number) => Promise<number>;
}

async function answerSessions(
  tokens: Tokens,
  request: ListRequest,
  binding: Binding,
  order: Order,
  { list, count }: SessionSource,
): Promise<Response> {
  const { items, answer } = await answerList(tokens, { ...binding, order_by: spellOrder(order) }, request, {
    read: list,
    keyOf: (session) => listKey(session, order, SESSION_ORDER),
    count,
  });
  return { sessions: items.map(toSessionMessage), ...answer };
}
