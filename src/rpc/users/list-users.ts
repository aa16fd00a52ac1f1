import { create, type MessageShape } from "@bufbuild/protobuf";
import { type ListUsersRequest, ListUsersResponseSchema } from "../../../gen/roster/v1/user_service_pb.js";
import { ALL_ACCOUNTS } from "../../directory/accounts/account.ts";
import { parseOrderBy, spellOrder } from "../../directory/lists/order.ts";
import type { AccountView } from "../../directory/store/account-view.ts";
import type { Store } from "../../directory/store/store.ts";
import type { ListQuery, UserReader } from "../../directory/store/users.ts";
import { parseSearch } from "../../directory/users/search.ts";
import { USER_ORDER } from "../../directory/users/user-order.ts";
import { parseUserFilter } from "../../filter/users.ts";
import type { Call } from "../pipeline/call.ts";
import { answerList, asksForTotal } from "../wire/paging.ts";
import type { Tokens } from "../wire/tokens.ts";
import { createSetUsers, type SetUsers } from "./set-users.ts";

type Response = MessageShape<typeof ListUsersResponseSchema>;

export async function listUsers(store: Store, tokens: Tokens, request: ListUsersRequest, call: Call): Promise<Response> {
  const setUsers = createSetUsers(call, request.readMask);
  const order = parseOrderBy(request.orderBy, USER_ORDER);
  const filter = parseUserFilter(request.filter);
  const search = parseSearch(request.query);
  const asked: Asked = { tokens, request, call, setUsers, order, filter, search };
  if (call.accountId === ALL_ACCOUNTS) {
    return call.runLongList(() =>
      answerUsers(asked, {
        list: (query) => store.listAllUsers(query),
        count: (...options) => store.countAllUsers(...options),
      }),
    );
  }
  const answer = async ({ account, users }: AccountView) =>
    Object.assign(await answerUsers(asked, users, account.revision), { revision: BigInt(account.revision) });
  // The next page is of no earlier moment than this one.
  const least = () => Math.max(Number(request.minRevision), tokens.revisionOfPage(request.pageToken));
  return isAlongIndex(request)
    ? store.read(call.accountId, answer, least)
    : call.runLongList(() => store.scan(call.accountId, answer, least));
}

/** A request, parsed. */
interface Asked extends Pick<ListQuery, "order" | "filter" | "search"> {
  readonly tokens: Tokens;
  readonly request: ListUsersRequest;
  readonly call: Call;
  readonly setUsers: SetUsers;
}

/** Whether an index has the users in this order: then the database reads no more of them than the page has. */
function isAlongIndex(request: ListUsersRequest): boolean {
  const { filter, query, skip, orderBy } = request;
  const isIndexed = !orderBy.includes(",") && !orderBy.includes("email_verify_time");
  return filter === "" && query === "" && !asksForTotal(request) && skip === 0 && isIndexed;
}

async function answerUsers(
  { tokens, request, call, setUsers, order, filter, search }: Asked,
  users: Pick<UserReader, "list" | "count">,
  revision?: number,
): Promise<Response> {
  // It may have waited for other long lists.
  call.assertAwaited();
  const { showDeleted } = request;
  const binding = {
    method: "ListUsers",
    account_id: call.accountId,
    order_by: spellOrder(order),
    filter: request.filter,
    ...(search !== undefined && { query: search }),
    show_deleted: showDeleted,
  };
  const selection = { showDeleted, filter, search };
  const { items, answer } = await answerList(tokens, binding, request, {
    read: (query) => users.list({ ...query, ...selection, order }),
    keyOf: ({ key }) => key,
    count: (upTo) => users.count(selection, upTo),
    revision,
  });
  const response = create(ListUsersResponseSchema, answer);
  const encoded = items.map((item) => item.encoded);
  return setUsers(response, ListUsersResponseSchema.field.users, encoded);
}
