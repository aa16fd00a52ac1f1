import { createConnectQueryKey, useInfiniteQuery, useQuery, useTransport } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { type ListUsersResponse, type User, UserService } from "../../api/schema.ts";
import { PAGED, type Pages, usePages } from "../../api/use-pages.ts";

/** Which users are listed, and how. */
export interface UserListQuery {
  readonly accountId: string;
  readonly query: string;
  readonly filter: string;
  readonly orderBy: string;
  readonly showDeleted: boolean;
}

const PAGE_SIZE = 200;
/** Beyond this, "more than" is all that is said: to count a million takes a while. */
export const MOST_COUNTED = 10_000;

export function useUsers(list: UserListQuery): Pages<ListUsersResponse, User> {
  const transport = useTransport();
  const request = { ...list, pageSize: PAGE_SIZE, pageToken: "" };
  const query = useInfiniteQuery(UserService.method.listUsers, request, PAGED);
  const key = createConnectQueryKey({
    schema: UserService.method.listUsers,
    input: request,
    pageParamKey: "pageToken",
    transport,
    cardinality: "infinite",
  });
  return usePages(query, key, usersOf);
}

/** How many users the list has: `1 234`, `10 000+`. */
export function useUserCount({ accountId, query, filter, showDeleted }: Omit<UserListQuery, "orderBy">): {
  readonly text: string;
  readonly recount: () => void;
} {
  const request = { accountId, query, filter, showDeleted, countOnly: true, maxTotal: MOST_COUNTED };
  const { data, refetch } = useQuery(UserService.method.listUsers, request, { placeholderData: keepPreviousData });
  const total = data?.totalSize;
  const text = total === undefined ? "" : `${Number(total).toLocaleString("en")}${data?.totalExact === false ? "+" : ""}`;
  return { text, recount: () => void refetch() };
}

function usersOf({ users }: ListUsersResponse): readonly User[] {
  return users;
}
